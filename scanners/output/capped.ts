/** The first of many that fit into so many rows and bytes of UTF-8, one always, and how many are left. */
export function capped<T>(
  all: readonly T[],
  { rows, bytes }: { rows: number; bytes: number },
  write: (one: T, at: number) => string,
): { shown: string[]; more: number } {
  const shown: string[] = [];
  let size = 0;
  for (const [at, one] of all.entries()) {
    if (at >= rows) break;
    const text = write(one, at);
    size += Buffer.byteLength(text) + 1;
    if (at > 0 && size > bytes) break;
    shown.push(text);
  }
  return { shown, more: all.length - shown.length };
}
