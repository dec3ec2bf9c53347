import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../host/run.ts';
import { ociArchive } from './pause.ts';
import { tar } from './tar.ts';

interface Descriptor {
  digest: string;
  size: number;
}

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'hawser-'))));
afterEach(() => rmSync(dir, { recursive: true }));

/** GNU tar is the judge of our tar. */
async function extract(archive: Buffer): Promise<void> {
  const unpacked = await run('tar', ['--extract', '--file=-', '--directory', dir], { input: archive });
  expect(unpacked.stderr).toBe('');
}

test('a tar holds names, contents of any size, and modes', async () => {
  const contents = [0, 1, 511, 512, 513].map((size) => Buffer.alloc(size, 'x'));
  await extract(tar(contents.map((content, index) => ({ name: `d/${index}`, content, mode: 0o640 + index }))));
  for (const [index, content] of contents.entries()) {
    expect(readFileSync(join(dir, `d/${index}`))).toEqual(content);
    expect(statSync(join(dir, `d/${index}`)).mode & 0o777).toBe(0o640 + index);
  }
});

test('a name too long for the format is refused', () => {
  expect(() => tar([{ name: 'x'.repeat(101), content: Buffer.alloc(0) }])).toThrow(/Too long/);
});

test('the archive is an OCI image layout whose digests and sizes are true, down to the executable', async () => {
  const executable = Buffer.from('not really an executable');
  await extract(ociArchive(executable, 'localhost/x:1'));
  const blob = ({ digest, size }: Descriptor): Buffer => {
    const content = readFileSync(join(dir, 'blobs', digest.replace(':', '/')));
    expect(`sha256:${createHash('sha256').update(content).digest('hex')}`).toBe(digest);
    expect(content.length).toBe(size);
    return content;
  };
  const index = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as {
    manifests: (Descriptor & { annotations: object })[];
  };
  const [entry] = index.manifests;
  if (entry === undefined) throw new Error('no manifest');
  expect(entry.annotations).toMatchObject({ 'io.containerd.image.name': 'localhost/x:1' });
  const manifest = JSON.parse(String(blob(entry))) as { config: Descriptor; layers: [Descriptor] };
  const config = JSON.parse(String(blob(manifest.config))) as { rootfs: { diff_ids: string[] } };
  expect(config.rootfs.diff_ids).toEqual([manifest.layers[0].digest]);
  await extract(blob(manifest.layers[0]));
  expect(readFileSync(join(dir, 'pause'))).toEqual(executable);
  expect(statSync(join(dir, 'pause')).mode & 0o777).toBe(0o755);
});
