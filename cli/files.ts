import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fail } from '../functions/core/errors.ts';
import { isRecord, listAt, textAt } from '../functions/core/rollout/field.ts';
import type { Manifest } from '../functions/core/kubernetes.ts';
import { describeProblem } from '../functions/core/render/position.ts';
import { readYaml } from '../functions/core/render/yaml.ts';

/** Saved lists of a cluster are larger than what people write. */
export const savedLimits = { bytes: 32 * 1024 * 1024, values: 2_000_000 };

/** The text of the file; throws InputInvalid that names it and why it cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw fail('InputInvalid', `${path} cannot be read: ${why}.`, {}, error);
  }
}

/** The objects of a YAML or JSON file: one, several documents, or a List. Throws InputInvalid with every problem. */
export async function readObjects(path: string): Promise<Manifest[]> {
  const { documents, problems } = readYaml(path, await readText(path), savedLimits);
  if (problems.length > 0) {
    const lines = problems.map((problem) => describeProblem(problem, ''));
    throw fail('InputInvalid', `${path} cannot be read as objects: ${lines.join('; ')}.`, { problems: lines });
  }
  const objects = documents.flatMap(({ value }) =>
    isRecord(value) && Array.isArray(value['items']) ? listAt(value, 'items') : [value],
  );
  const strangers = objects.filter(
    (object) => textAt(object, 'kind') === '' || textAt(object, 'metadata', 'name') === '',
  );
  if (objects.length === 0) throw fail('InputInvalid', `${path} has no objects in it.`);
  if (strangers.length > 0) {
    throw fail(
      'InputInvalid',
      `${path}: ${strangers.length} of ${objects.length} values are no objects of Kubernetes (kind and metadata.name).`,
    );
  }
  return objects as Manifest[];
}

/** Every YAML and JSON file below the folder, by its path there with `/`. */
export async function readManifestFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw fail('InputInvalid', `${folder} cannot be read: there is no such folder.`, {}, error);
  });
  const files = new Map<string, string>();
  for (const entry of entries.filter((one) => one.isFile() && /\.(ya?ml|json)$/.test(one.name))) {
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join('/'), await readText(path));
  }
  return files;
}
