import manifest from '../package.json' with { type: 'json' };

/** Which build of the app this is. */
export interface Build {
  name: string;
  version: string;
  /** Full git SHA, or `unknown` when the build was not told. */
  revision: string;
}

/**
 * The build that runs. `revision` is what the image's build baked in (REVISION); nothing or '' gives `unknown`.
 * Throws for anything else than a full SHA: a short one or a branch would never match what the deployer looks for.
 */
export function buildFrom(revision: string | undefined): Build {
  const { name, version } = manifest;
  if (revision === undefined || revision === '') return { name, version, revision: 'unknown' };
  if (/^[0-9a-f]{40}$/.test(revision)) return { name, version, revision };
  throw new Error(`REVISION must be a full git SHA of 40 lower-case hex digits, not ${JSON.stringify(revision)}.`);
}
