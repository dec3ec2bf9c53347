/** Stands for what must not be shown. */
const masked = '***';
/** The patterns look back and forth; what is longer is cut first, so that no line of a log can hold up a release. */
const longest = 4_000;

/** Names whose value is a secret, as parts of an environment variable, an argument, a header or a JSON key. */
const secretName =
  '[\\w.-]*(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|credential|api[-_]?key|access[-_]?key|private[-_]?key|account[-_]?key|signing[-_]?key|encryption[-_]?key|client[-_]?key|dsn|x-amz-signature|signature|session[-_]?id)[\\w.-]*';

interface Rule {
  pattern: RegExp;
  /** What takes the place of the match; `$1` and `$2` are kept. */
  shown: string | ((...groups: string[]) => string);
}

/** Tokens that are known by their shape, then by the name before them. The order matters: headers before plain words. */
const rules: Rule[] = [
  { pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, shown: masked },
  // User and password of a URL. A password may hold "/" or "@" by mistake: all up to the last @ before a space goes.
  {
    pattern: /(\b[a-z][a-z0-9+.-]*:\/\/)([^\s/:@"'<>]*):(?!\d{1,5}\/)[^\s"'<>]*@(?=[^\s@"'<>]+)/gi,
    shown: `$1$2:${masked}@`,
  },
  { pattern: /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/:@"'<>]{12,}@/gi, shown: `$1${masked}@` },
  { pattern: /\b(Bearer|Basic|Digest|Negotiate)(\s+)[A-Za-z0-9+/=._~-]{6,}/gi, shown: sparePlainWord },
  { pattern: /\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]\s*)(?!\*\*\*)[^\r\n]+/gi, shown: keepMasked },
  {
    pattern:
      /\b(?:gh[pousr]_\w{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_\w{20,}|dckr_pat_[\w-]{16,}|hvs\.[\w-]{16,})/g,
    shown: masked,
  },
  {
    pattern:
      /\b(?:xox[abposr]-[\w-]{10,}|xapp-[\w-]{10,}|[sr]k_(?:live|test)_\w{10,}|sk-[\w-]{20,}|whsec_\w{10,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
    shown: masked,
  },
  { pattern: /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b/g, shown: masked },
  { pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.?[\w-]*/g, shown: masked },
  { pattern: /https:\/\/hooks\.slack\.com\/services\/\S+/g, shown: `https://hooks.slack.com/services/${masked}` },
  // A resource quota counts Secrets: secrets=1 is a number of objects.
  {
    pattern: new RegExp(`((?:^|[^\\w.-])["']?${secretName}["']?=)("[^"]*"|'[^']*'|[^\\s&;,"']+)`, 'gi'),
    shown: afterEquals,
  },
  {
    pattern: new RegExp(`(["']${secretName}["']\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,}\\]]+)`, 'gi'),
    shown: `$1"${masked}"`,
  },
  { pattern: new RegExp(`((?:^|[\\s{,(])${secretName}:\\s+)("[^"]*"|'[^']*'|[^\\s,;}]+)`, 'gi'), shown: afterColon },
  { pattern: new RegExp(`(\\s--?${secretName}\\s+)(?!-)("[^"]*"|'[^']*'|\\S+)`, 'gi'), shown: `$1${masked}` },
];

/**
 * The text without what looks like a secret: passwords in URLs, tokens of known shape (GitHub, AWS, Slack, JWT, Bearer),
 * PEM keys, and values that stand behind a name like a secret's (`DB_PASSWORD=…`, `"token": "…"`, `--api-key …`). At most 4,000 characters.
 */
export function redactText(text: string): string {
  const whole = text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
  return rules.reduce(
    (shown, { pattern, shown: by }) =>
      typeof by === 'string' ? shown.replace(pattern, by) : shown.replace(pattern, by),
    whole,
  );
}

/** Lines of a log, redacted. A private key is spread over lines: each of them goes. */
export function redactLines(lines: readonly string[]): string[] {
  let isInKey = false;
  return lines.map((line) => {
    const begins = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line);
    const ends = /-----END [A-Z ]*PRIVATE KEY-----/.test(line);
    const isHidden = isInKey && !begins;
    isInKey = (isInKey || begins) && !ends;
    return isHidden ? masked : redactText(line);
  });
}

/** "Basic authentication failed" tells something; "Basic dXNlcjpw…" must not. */
function sparePlainWord(whole: string, scheme: string, space: string): string {
  const value = whole.slice(scheme.length + space.length);
  return /^[a-z]+\.?$/.test(value) || /^[A-Z]?[a-z]+$/.test(value) ? whole : `${scheme}${space}${masked}`;
}

function keepMasked(whole: string, name: string, between: string): string {
  const value = whole.slice(name.length + between.length);
  return value.startsWith(masked) ? whole : `${name}${between}${masked}`;
}

function afterEquals(whole: string, name: string, value: string): string {
  const isCount = /(?:^|[\s/,])secrets=$/i.test(name) && /^\d+$/.test(value);
  return isCount || value.startsWith(masked) ? whole : `${name}${masked}`;
}

/** `password: x` is always masked; behind the other names only what is no plain word ("token: unexpected status"). */
function afterColon(whole: string, name: string, value: string): string {
  const bare = value.replaceAll(/^["']|["']$/g, '');
  const isPassword = /passw|pwd|passphrase/i.test(name);
  const isPlainWord = /^[A-Za-z]+[.:]?$/.test(bare) || (!/\d/.test(bare) && bare.length < 20);
  const isProse = /^(authentication|failed|incorrect|invalid|is|must|not|required|wrong|missing)\b/i.test(bare);
  return (isPassword ? isProse : isPlainWord) || bare.startsWith(masked) ? whole : `${name}${masked}`;
}
