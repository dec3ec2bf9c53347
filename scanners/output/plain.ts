/**
 * What changes how text is shown, or cannot be seen: control characters, direction marks (Trojan Source, CVE-2021-42574), zero-width and
 * tag characters, halves of a pair, code points that are nothing yet. White space is not among them: it becomes one space.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]/gu;

/** A name and password before the host of a URL: the address of a scanned site may hold them. */
const userInfo = /(?<=:\/\/)[^\s/?#]*@/gu;

/** More accents on one letter than any language has: they paint over the lines above and below. */
const stacked = /(?<=\p{M}{4})\p{M}+/gu;

/**
 * Text of a report as one line that does nothing but be read: white space is one space, what cannot be seen is U+FFFD, passwords in URLs
 * are gone, the rest stays. At most `length` characters, the last of them … when it was longer. Still to be escaped for its reader.
 */
export function plain(text: string, length = 300): string {
  // No pattern runs over much more than is shown.
  const reach = 4 * length + 64;
  const isCut = text.length > reach;
  // The end of a cut URL may be half a password.
  const begin = isCut ? text.slice(0, reach).replace(/:\/\/[^\s/?#]*$/u, '://') : text;
  const line = begin
    .replace(/[\s\u0085]+/gu, ' ')
    .trim()
    .replace(unseen, '\ufffd')
    .replace(stacked, '')
    .replace(userInfo, '***@');
  const characters = Array.from(line);
  if (characters.length <= length && !isCut) return line;
  const kept = characters.slice(0, length - 1).join('');
  return `${kept.trimEnd()}…`;
}

/** The same of a path. One that is too long keeps its end: the file's name says most. */
export function plainPath(path: string, length = 200): string {
  const characters = Array.from(plain(path, 2_000));
  return characters.length <= length ? characters.join('') : `…${characters.slice(1 - length).join('')}`;
}
