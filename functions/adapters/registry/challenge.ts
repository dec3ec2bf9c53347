/** One way to authenticate that a server offers. */
export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** By name in lower case; of a name that is there twice the first. */
  parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const BETWEEN = /[\s,]*/y;
const PARAMETER = new RegExp(`(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s",]+))`, 'y');
const SCHEME = new RegExp(`(${TOKEN})(?=[\\s,]|$)`, 'y');

/** The challenges of a WWW-Authenticate header (RFC 9110, section 11.6.1), which may hold several. What follows on something malformed is left out. */
export function readChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(BETWEEN);
    const parameters = challenges.at(-1)?.parameters;
    const parameter = parameters === undefined ? null : take(PARAMETER);
    if (parameter !== null) {
      const [, name = '', quoted, bare = ''] = parameter;
      const key = name.toLowerCase();
      if (!parameters?.has(key)) parameters?.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? bare);
      continue;
    }
    const scheme = take(SCHEME)?.[1];
    if (scheme === undefined) return challenges;
    challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
  }
}
