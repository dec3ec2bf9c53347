import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { damaged, objectAt, onlyKnown, optionalText, textAt } from '../json/checked.ts';
import { listNode, objectNode, unknownField, type Member, type Node } from '../json/node.ts';
import { packageNode } from './package.ts';

/** One entry of `results`: a lock file, an SBOM, a git repository or a part of an image. */
export interface Source {
  path: string;
  type: string;
  packages: number;
  drafts: Draft[];
}

/** Walks one entry of `results` and gives it to `done` when it has ended. */
export function sourceNode(done: (source: Source) => void): Node {
  let [source, hasPackages, packages, unknown]: [Pick<Source, 'path' | 'type'>?, boolean?, number?, string?] = [];
  const drafts: Draft[] = [];
  const item = (): Node =>
    packageNode((found) => {
      packages = (packages ?? 0) + 1;
      for (const draft of found) drafts.push(draft);
    });
  const members = new Map<string, Member>([
    ['source', { kind: 'object', take: (value, path) => (source = sourceOf(value, path)) }],
    ['packages', { kind: 'array', as: () => ((hasPackages = true), listNode(item)) }],
    ['experimental_annotations', { kind: 'array', as: () => 'skip' }],
  ]);
  return objectNode(
    members,
    (path) => {
      if (source === undefined) throw damaged([...path, 'source'], 'is missing');
      if (hasPackages !== true) throw damaged([...path, 'packages'], 'is missing');
      if (unknown !== undefined) throw unknownField(unknown);
      done({ ...source, packages: packages ?? 0, drafts });
    },
    (key) => {
      unknown ??= key;
      return 'skip';
    },
  );
}

function sourceOf(value: unknown, path: Path): Pick<Source, 'path' | 'type'> {
  const fields = objectAt(value, path);
  onlyKnown(fields, new Set(), path);
  return { path: textAt(fields['path'], [...path, 'path']), type: optionalText(fields, 'type', path) ?? '' };
}
