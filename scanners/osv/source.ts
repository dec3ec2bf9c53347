import { invalid } from '../invalid.ts';
import type { Draft } from '../draft.ts';
import { filledOf, textOf } from '../json/field.ts';
import { kept, listOf, skippedList, walked, type Shape } from '../json/shape.ts';
import { packageShape } from './package.ts';

/** One entry of `results`: a lock file, an SBOM, a git repository or a part of an image. */
export interface Source {
  path: string;
  type: string;
  packages: number;
  drafts: Draft[];
}

/** One entry of `results`. Goes to `ended` when all of it is read. */
export function sourceShape(ended: (source: Source) => void): Shape {
  let source: Pick<Source, 'path' | 'type'> | undefined;
  let packages: Draft[][] | undefined;
  return walked(
    {
      source: walked(kept('path', 'type'), {
        left: (own, where) => {
          const path = textOf(own, 'path', where);
          if (path === undefined) throw invalid(`has no ${where}.path`);
          source = { path, type: filledOf(own, 'type', where) ?? '' };
        },
      }),
      packages: listOf(
        packageShape((drafts) => packages?.push(drafts)),
        { entered: () => (packages = []) },
      ),
      // Annotations in the first versions, and what a database says on whether it can be exploited.
      experimental_annotations: skippedList,
      experimental_pes: skippedList,
    },
    {
      entered: () => {
        [source, packages] = [undefined, undefined];
      },
      left: (_, where) => {
        if (source === undefined || packages === undefined)
          throw invalid(`has no ${where}.${source === undefined ? 'source' : 'packages'}`);
        ended({ ...source, packages: packages.length, drafts: packages.flat() });
      },
    },
  );
}
