export interface TarFile {
  /** Path in the archive, at most 100 bytes of ASCII. */
  name: string;
  content: Buffer;
  /** Permission bits, 0o644 when left out. */
  mode?: number;
}

const BLOCK = 512;

/** A tar of plain files in the ustar format (POSIX.1-1988), owned by root, dated to the epoch: same files, same bytes. */
export function tar(files: TarFile[]): Buffer {
  const parts = files.flatMap(({ name, content, mode = 0o644 }) => [
    header(name, content.length, mode),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, mode: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`Too long for a tar: ${name}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0') + '\0', at, 'latin1');
  block.write(name, 0, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8); // user
  octal(0, 116, 8); // group
  octal(size, 124, 12);
  octal(0, 136, 12); // time
  block.write('        ', 148, 'latin1'); // the checksum counts itself as spaces
  block.write('0', 156, 'latin1'); // a plain file
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(sum.toString(8).padStart(6, '0') + '\0 ', 148, 'latin1');
  return block;
}
