import { inParallel } from '../../core/phases/parallel.ts';
import type { Connection } from './connection.ts';
import { fetchContent } from './content.ts';
import { Attachment, Referrer } from './descriptor.ts';
import { readJson } from './json.ts';
import { ANY_BUNDLE, BUNDLE_PREDICATE, CREATED, OCI_MANIFEST } from './media-type.ts';
import { listReferrers } from './referrers.ts';
import { mediaTypeOf } from './manifest.ts';

/** An image has a few. Who may push can attach any number, and each costs two requests. */
const MOST = 50;
const AT_ONCE = 4;
/** Of all together, as a function has little memory; one that GitHub signs has 11 KB. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * The texts of the bundles that are attached to the digest and may have this predicate type, the newest last: by when they say that they
 * were made, and otherwise in the order of the registry, of which the spec says nothing and the fallback tag is appended to. The last
 * 50 are read, up to 16 MiB. What is malformed is left out, as the others may be good; a registry that fails is
 * thrown as `ask` throws it.
 */
export async function readBundles(connection: Connection, digest: string, predicateType: string): Promise<string[]> {
  const listed = await listReferrers(connection, digest);
  const candidates = new Map(
    listed
      .flatMap((one) => Referrer.safeParse(one).data ?? [])
      .filter((one) => mayBeBundle(one, predicateType))
      .toSorted((a, b) => madeAt(a) - madeAt(b))
      .map((one) => [one.digest, one]),
  );
  const newestFirst = [...candidates.keys()].slice(-MOST).toReversed();
  let room = MOST_BYTES;
  const texts = await inParallel(newestFirst, AT_ONCE, async (one) => {
    const bytes = await readBundle(connection, digest, one, predicateType);
    if (bytes === undefined || bytes.length > room) return undefined;
    room -= bytes.length;
    return textOf(bytes);
  });
  return texts.filter((text) => text !== undefined).toReversed();
}

function madeAt({ annotations }: Referrer): number {
  const at = Date.parse(annotations?.[CREATED] ?? '');
  return Number.isNaN(at) ? 0 : at;
}

/** A registry may have left out what kind of thing it is, and filters only if it likes. */
function mayBeBundle({ mediaType, artifactType = ANY_BUNDLE, annotations }: Referrer, predicateType: string): boolean {
  return (
    mediaType === OCI_MANIFEST &&
    artifactType.startsWith(ANY_BUNDLE) &&
    (annotations?.[BUNDLE_PREDICATE] ?? predicateType) === predicateType
  );
}

async function readBundle(
  connection: Connection,
  subject: string,
  digest: string,
  predicateType: string,
): Promise<Buffer | undefined> {
  const about = `${connection.image}@${digest}`;
  const content = await fetchContent(connection, 'manifests', digest, about);
  if (content === undefined || 'problem' in content) return undefined;
  const type = mediaTypeOf(content);
  if ('problem' in type || type.value !== OCI_MANIFEST) return undefined;
  const read = readJson(content.bytes, Attachment);
  if ('problem' in read) return undefined;
  const { artifactType, config, layers, annotations, subject: of } = read.value;
  const [layer, ...more] = layers;
  if (!(artifactType ?? config.mediaType).startsWith(ANY_BUNDLE)) return undefined;
  if ((annotations?.[BUNDLE_PREDICATE] ?? predicateType) !== predicateType) return undefined;
  // Attached to another image, and listed here by whoever wrote the tag.
  if (of !== undefined && of.digest !== subject) return undefined;
  if (layer === undefined || more.length > 0 || !layer.mediaType.startsWith(ANY_BUNDLE)) return undefined;
  const blob = await fetchContent(connection, 'blobs', layer.digest, about);
  if (blob === undefined || 'problem' in blob) return undefined;
  return blob.bytes;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
