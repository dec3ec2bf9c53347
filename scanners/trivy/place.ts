import type { Place } from '../draft.ts';
import type { Result } from './result.ts';

/** Where the findings of a result are. `artifact`: the name of all that was scanned; `resource`: the object of the cluster. */
export function placeOf(result: Result, artifact: string | undefined, resource: string | undefined): Place {
  const path = result.target || result.type || result.class || '-';
  return { path, steady: `${result.type ?? ''} ${steadyTarget(result, artifact)}`, resource };
}

/**
 * The same for the same target in every run. The target of a system is `name:tag (debian 12.4)`, and the configuration of an image
 * has the name of the image: tag and version change while the finding stays.
 */
function steadyTarget({ target, class: kind = 'os-pkgs' }: Result, artifact: string | undefined): string {
  const image = kind === 'os-pkgs' ? target.replace(/ \([^()]*\)$/u, '') : target;
  if (image === artifact) return '';
  return image === target ? target : image.replace(/@sha256:[0-9a-f]+$/u, '').replace(/:[^:/]+$/u, '');
}
