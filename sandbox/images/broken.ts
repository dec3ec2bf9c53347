import type { Patch } from './context.ts';

/** A change as it happens: a new setting is required, and nobody gave it to the cluster. The app refuses to start. */
export const missingSetting: Patch = {
  file: 'app/src/settings.ts',
  find: '  if (problems.length > 0)',
  replace: "  if (!env['DATABASE_URL']) problems.push('DATABASE_URL must be set.');\n  if (problems.length > 0)",
};
