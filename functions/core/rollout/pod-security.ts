/**
 * The fields that a Pod Security Standard wants set, read from the admission's text. Each rule stands there as
 * `allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false)`.
 */
export function podSecuritySettings(message: string): string[] {
  const rules = message.replace(/^.*?violates PodSecurity "[^"]*":\s*/s, '');
  const told = [...rules.matchAll(/(?:^|, )([^(),]+?) \(((?:[^()]|\([^()]*\))*)\)/g)];
  return [...new Set(told.map(([, name = '', why = '']) => settingOf(name, why)))];
}

function settingOf(rule: string, why: string): string {
  const set = /must set (securityContext\S*?)(?:=| to )(.+)$/.exec(why);
  if (set !== null) {
    const value = (set[2] ?? '').replace(/^"RuntimeDefault" or "Localhost"$/, 'RuntimeDefault');
    return `${set[1] ?? ''}: ${value}`;
  }
  const unset = /must not set (securityContext\S*?)=(\S+)/.exec(why);
  if (unset !== null) return `${unset[1] ?? ''} without the value ${unset[2] ?? ''}`;
  const hosts = [...why.matchAll(/\b(host\w+)=true/g)].map(([, field]) => `${field}: false`);
  if (hosts.length > 0) return hosts.join(', ');
  return `without ${rule.trim()} (${why.trim()})`;
}
