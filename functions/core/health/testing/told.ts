import type { Parts } from './check.ts';
import { conditions } from './object.ts';

/** An object that tells these conditions, each written as `condition` takes it, and nothing else. */
export function told(...texts: string[]): Parts {
  return { status: conditions(...texts) };
}
