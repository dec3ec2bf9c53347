import type { Scan } from '../report.ts';
import { filledOf, present, wrongAt } from '../json/field.ts';
import { kept, listOf, skippedAll, taken, textual, walked, type Json, type Shape } from '../json/shape.ts';

/** What `Metadata` says of the image; of another target nothing. */
export interface Metadata {
  os?: Scan['os'];
  imageId?: string;
  digests: string[];
}

/** `Metadata`, which goes to `ended` when all of it is read. */
export function metadataShape(ended: (metadata: Metadata) => void): Shape {
  let os: Scan['os'];
  const digests: string[] = [];
  return walked(
    {
      ...kept('ImageID'),
      OS: taken((value, where) => (os = osOf(value, where))),
      RepoDigests: listOf(textual((name) => digests.push(...digestsOf(name)))),
      // Of a git repository: `Tags`.
      ...skippedAll(['RepoTags', 'DiffIDs', 'Layers', 'ImageConfig', 'Tags']),
    },
    { left: (own, where) => ended({ digests, ...present({ os, imageId: filledOf(own, 'ImageID', where) }) }) },
  );
}

/** `ghcr.io/acme/web@sha256:…`: what is before the digest is where it was pulled from. */
function digestsOf(name: string): string[] {
  return /(?<=@)sha256:[0-9a-f]{64}$/u.exec(name) ?? [];
}

function osOf(os: Json, where: string): Scan['os'] {
  const family = filledOf(os, 'Family', where);
  if (family === undefined) return undefined;
  const isEndOfLife = os['EOSL'] ?? false;
  if (typeof isEndOfLife !== 'boolean') throw wrongAt(`${where}.EOSL`, 'neither true nor false');
  return { family, name: filledOf(os, 'Name', where) ?? '', isEndOfLife };
}
