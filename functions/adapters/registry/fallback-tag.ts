import type { Connection } from './connection.ts';
import type { Attached, Referrer } from './descriptor.ts';
import { answerInvalid } from './failure.ts';
import { OCI_INDEX } from './media-type.ts';
import { pushManifest } from './push.ts';
import { fallbackTag, readFallbackTag } from './referrers.ts';

const TRIES = 6;
/** About as long as another writer takes from its reading to its writing. */
const SETTLE_MS = 250;

/**
 * Lists what was attached at the tag that stands in for the referrers API (distribution spec, "Pushing Manifests with Subject"). A
 * registry writes tags without conditions, so that of two writers at a time one is lost: the tag is read again a moment after it was written,
 * and written again until the entry is in it. Throws as `ask` does, and RegistryAnswerInvalid when the entry does not stay.
 */
export async function listAtFallbackTag(connection: Connection, subject: string, entry: Referrer): Promise<void> {
  const tag = fallbackTag(subject);
  const about = `${connection.image}:${tag}`;
  for (let tried = 0; tried <= TRIES; tried++) {
    const { there, index } = await readFallbackTag(connection, subject);
    if (there && index === undefined) throw answerInvalid(connection, about, 'it is no OCI index, and stays as it is');
    if (index?.manifests.some((one) => digestIn(one) === entry.digest)) return;
    if (tried === TRIES) break;
    const content = Buffer.from(JSON.stringify(withEntry(index, entry)));
    await pushManifest(connection, tag, { mediaType: OCI_INDEX, content }, about);
    await connection.clock.sleep(SETTLE_MS * (1 + Math.random()), connection.signal);
  }
  throw answerInvalid(connection, about, `after ${TRIES} writes ${entry.digest} is not listed there`);
}

/** Everything else in the index stays as it is. */
function withEntry(index: Attached | undefined, entry: Referrer): Attached {
  if (index === undefined) return { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] };
  return { ...index, manifests: [...index.manifests, entry] };
}

function digestIn(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'digest' in entry ? entry.digest : undefined;
}
