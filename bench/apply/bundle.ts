import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../../functions/build.ts';

/** Bundles `hawser.ts` as the functions are bundled. Returns the path of the file. */
export async function bundleHawser(folder: string): Promise<string> {
  const outfile = join(folder, 'hawser.mjs');
  await build({ ...bundleOptions, entryPoints: [join(import.meta.dirname, 'hawser.ts')], outfile, sourcemap: false });
  return outfile;
}
