import type { Path } from '../json/read.ts';
import type { Scan } from '../report.ts';
import { damaged, listAt, objectAt, onlyKnown, optionalObject, optionalText, textAt } from '../json/checked.ts';

/** Objects and lists that trivy writes into `Metadata`. */
const known: ReadonlySet<string> = new Set([
  'OS',
  'DiffIDs',
  'RepoTags',
  'RepoDigests',
  'ImageConfig',
  'Layers',
  // Of a git repository.
  'Tags',
]);

/** What `Metadata` says of the image; of another target nothing. */
export function metadataOf(value: unknown, path: Path): Pick<Scan, 'os'> & { imageId?: string; digests: string[] } {
  const fields = objectAt(value, path);
  onlyKnown(fields, known, path);
  const imageId = optionalText(fields, 'ImageID', path);
  const os = osOf(fields, path);
  return {
    digests: listAt(fields, 'RepoDigests', path, digestOf).filter((digest) => digest !== undefined),
    ...(imageId === undefined ? {} : { imageId }),
    ...(os === undefined ? {} : { os }),
  };
}

/** `ghcr.io/acme/web@sha256:…`: what is before the digest is where it was pulled from. */
function digestOf(value: unknown, path: Path): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/u.exec(textAt(value, path))?.[1];
}

function osOf(metadata: Record<string, unknown>, metadataPath: Path): Scan['os'] {
  const path = [...metadataPath, 'OS'];
  const os = optionalObject(metadata, 'OS', metadataPath);
  const family = os && optionalText(os, 'Family', path);
  if (os === undefined || family === undefined) return undefined;
  const isEndOfLife = os['EOSL'] ?? false;
  if (typeof isEndOfLife !== 'boolean') throw damaged([...path, 'EOSL'], 'is neither true nor false');
  return { family, name: optionalText(os, 'Name', path) ?? '', isEndOfLife };
}
