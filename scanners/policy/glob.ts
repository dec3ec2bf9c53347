type Token = { kind: 'text'; text: string } | { kind: 'one' | 'some' | 'folders' | 'all' };

/**
 * Whether the path fits the pattern: `*` is any text without a slash, `?` one such character, `**` any text, and a folder
 * `**` (as in `a/**` + `/b`) any number of folders, none too. All of the path has to fit. Takes time in proportion to pattern times path.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  // ends[i]: the tokens so far fit the first i characters.
  let ends = Array.from({ length: path.length + 1 }, (_, at) => at === 0);
  for (const token of tokens(pattern)) ends = step(token, ends, path);
  return ends[path.length] === true;
}

function tokens(pattern: string): Token[] {
  return Array.from(pattern.matchAll(/(?<=^|\/)\*\*\/|\*\*+|\*|\?|[^*?]+/g), ([text]): Token => {
    if (text === '**/') return { kind: 'folders' };
    if (text.startsWith('**')) return { kind: 'all' };
    return text === '*' ? { kind: 'some' } : text === '?' ? { kind: 'one' } : { kind: 'text', text };
  });
}

function step(token: Token, ends: readonly boolean[], path: string): boolean[] {
  if (token.kind === 'text') {
    const { length } = token.text;
    return ends.map((_, at) => at >= length && ends[at - length] === true && path.startsWith(token.text, at - length));
  }
  if (token.kind === 'one') return ends.map((_, at) => at > 0 && ends[at - 1] === true && path[at - 1] !== '/');
  const next: boolean[] = [];
  let isBegun = false;
  for (const [at, isEnd] of ends.entries()) {
    if (token.kind === 'some' && at > 0 && path[at - 1] === '/') isBegun = false;
    isBegun ||= isEnd;
    next.push(token.kind === 'folders' ? isEnd || (isBegun && at > 0 && path[at - 1] === '/') : isBegun);
  }
  return next;
}
