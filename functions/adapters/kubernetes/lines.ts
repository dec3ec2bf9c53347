/** Splits a byte stream at newlines. A character that is cut between chunks is put together; a last line without newline counts. */
export async function* linesOf(body: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string, void, void> {
  let parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    let from = 0;
    // A newline byte never is part of another UTF-8 character, so bytes can be searched before they are decoded.
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      yield Buffer.concat(parts).toString('utf8');
      [parts, bytes, from] = [[], 0, at + 1];
    }
    parts.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > maxBytes) throw new Error(`A line is longer than ${maxBytes} bytes.`);
  }
  if (bytes > 0) yield Buffer.concat(parts).toString('utf8');
}
