import { ask, type Answer } from './call.ts';
import type { Connection } from './connection.ts';
import { MAX_BYTES, mediaTypeIn } from './content.ts';
import { Attached } from './descriptor.ts';
import { answerInvalid } from './failure.ts';
import { readJson } from './json.ts';
import { ACCEPT, BUNDLE, OCI_INDEX } from './media-type.ts';
import { follow } from './redirect.ts';

/** How registries without the referrers API answer: GHCR 404, others that they do not know the method or the path. */
const UNSUPPORTED = [400, 404, 405, 406];
const MOST_PAGES = 20;
const MOST = 10_000;

/**
 * The descriptors of what is attached to the digest, none of them checked, in the order of the registry: by the referrers API, or by the
 * tag that stands in for it (distribution spec, "Listing Referrers"). An API that answers has the tag's entries, too. Throws as `ask` does,
 * and RegistryAnswerInvalid for more than 20 pages, 4 MiB or 10,000 entries: the newest may be last, and a list without it would say
 * something else.
 */
export async function listReferrers(connection: Connection, digest: string): Promise<unknown[]> {
  const about = `${connection.image}@${digest}`;
  const found =
    (await askApi(connection, digest, about)) ?? (await readFallbackTag(connection, digest)).index?.manifests ?? [];
  if (found.length > MOST)
    throw answerInvalid(connection, about, `its referrers are ${found.length}, which nobody reads through`);
  return found;
}

/** What the referrers API lists; undefined where there is none. */
async function askApi(connection: Connection, digest: string, about: string): Promise<unknown[] | undefined> {
  const query = `?artifactType=${encodeURIComponent(BUNDLE)}`;
  const first = await askForIndex(connection, `referrers/${digest}${query}`, about, UNSUPPORTED);
  if (first.index === undefined) {
    // Cut off, or worse: that there are none would be another thing to say.
    if (first.answer.status === 200 && mediaTypeIn(first.answer.headers) === OCI_INDEX)
      throw answerInvalid(connection, about, 'the list of its referrers is no OCI index');
    return undefined;
  }
  const found = [first.index.manifests];
  let bytes = first.answer.body.length;
  let next = nextPage(connection, about, first.answer);
  for (let page = 2; next !== undefined; page++) {
    if (page > MOST_PAGES) throw answerInvalid(connection, about, `its referrers are more than ${MOST_PAGES} pages`);
    const { index, answer } = await askForIndex(connection, next, about, []);
    if (index === undefined) throw answerInvalid(connection, about, 'a page of its referrers is no OCI index');
    bytes += answer.body.length;
    if (bytes > MAX_BYTES) throw answerInvalid(connection, about, 'its referrers are larger than 4 MiB');
    found.push(index.manifests);
    next = nextPage(connection, about, answer);
  }
  return found.flat();
}

/** The tag that holds the referrers of the digest where there is no API for them. */
export function fallbackTag(digest: string): string {
  return digest.replace(':', '-');
}

/** Whether the fallback tag is there, and the index that it names; undefined when it is something else. */
export async function readFallbackTag(
  connection: Connection,
  digest: string,
): Promise<{ there: boolean; index: Attached | undefined }> {
  const tag = fallbackTag(digest);
  const { index, answer } = await askForIndex(connection, `manifests/${tag}`, `${connection.image}:${tag}`, [404]);
  return { there: answer.status !== 404, index };
}

async function askForIndex(connection: Connection, to: string | URL, about: string, also: readonly number[]) {
  // All of them: a registry may say 404 of what it has in another form, and a tag that is something else is not to be overwritten.
  const headers = { accept: ACCEPT };
  const answer = await ask(connection, { method: 'GET', to, about, headers, also, maxBytes: MAX_BYTES });
  if (!answer.complete) throw answerInvalid(connection, about, 'it is larger than 4 MiB');
  return { answer, index: also.includes(answer.status) ? undefined : indexIn(answer) };
}

function indexIn({ headers, body }: Answer): Attached | undefined {
  const read = readJson(body, Attached);
  if ('problem' in read) return undefined;
  const type = read.value.mediaType ?? mediaTypeIn(headers);
  return type === OCI_INDEX ? read.value : undefined;
}

/** `Link: <…>; rel="next"` (RFC 8288), as the distribution spec uses it. The token is for the registry, so the page must be there. */
function nextPage(connection: Connection, about: string, { headers, url }: Answer): URL | undefined {
  const target = /<([^>]*)>\s*;[^,<]*\brel="?next\b/i.exec(headers.get('link') ?? '')?.[1];
  if (target === undefined) return undefined;
  const next = follow(connection, about, url, target);
  if (next.origin !== connection.origin)
    throw answerInvalid(connection, about, `the next page of its referrers is at ${next.host}`);
  return next;
}
