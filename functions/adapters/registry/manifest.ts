import * as z from 'zod';
import { fail } from '../../core/errors.ts';
import type { ImageManifest, ImagePlatform } from '../../core/ports.ts';
import type { Connection } from './connection.ts';
import { fetchContent, type Content } from './content.ts';
import { Configuration, Image, Index, type Child } from './descriptor.ts';
import { answerInvalid } from './failure.ts';
import { readJson } from './json.ts';
import { INDEXES, MANIFESTS } from './media-type.ts';

/** Each is asked for by the gate; the platforms that anybody builds for are fewer. */
const MOST_IMAGES = 100;

/** Only what every manifest has. */
const Any = z.looseObject({ mediaType: z.string().optional() });

/**
 * What the digest is, from bytes that are checked against it. Throws ImageNotFound, RegistryAnswerInvalid, and as `ask` does.
 * An index in an index, and one without an image or with more than 100, are refused: nobody could say what a node would run.
 */
export async function readManifest(connection: Connection, digest: string): Promise<ImageManifest> {
  const about = `${connection.image}@${digest}`;
  const invalid = (problem: string) => answerInvalid(connection, about, problem);
  const content = await fetchContent(connection, 'manifests', digest, about);
  if (content === undefined) throw fail('ImageNotFound', `${connection.host} has no ${about}.`, { image: about });
  if ('problem' in content) throw invalid(content.problem);
  const type = mediaTypeOf(content);
  if ('problem' in type) throw invalid(type.problem);

  if (INDEXES.includes(type.value)) {
    const index = readJson(content.bytes, Index);
    if ('problem' in index) throw invalid(index.problem);
    const images = imagesOf(index.value.manifests);
    if ('problem' in images) throw invalid(images.problem);
    return { kind: 'index', images: images.value };
  }
  if (!MANIFESTS.includes(type.value)) throw invalid(`its media type is ${JSON.stringify(type.value)}`);
  const image = readJson(content.bytes, Image);
  if ('problem' in image) throw invalid(image.problem);
  const config = await fetchContent(connection, 'blobs', image.value.config.digest, about);
  if (config === undefined) throw invalid(`its config ${image.value.config.digest} is not there`);
  if ('problem' in config) throw invalid(config.problem);
  const configuration = readJson(config.bytes, Configuration);
  if ('problem' in configuration) throw invalid(`in its config, ${configuration.problem}`);
  return { kind: 'image', config: image.value.config.digest, platform: platformOf(configuration.value) };
}

/** A manifest says itself what it is, or the answer that brings it does; the two must not differ. */
export function mediaTypeOf({ bytes, contentType }: Extract<Content, { bytes: Buffer }>) {
  const read = readJson(bytes, Any);
  if ('problem' in read) return read;
  const { mediaType = contentType } = read.value;
  const isKnown = [...INDEXES, ...MANIFESTS].includes(contentType);
  if (isKnown && mediaType !== contentType)
    return { problem: `it calls itself ${JSON.stringify(mediaType)} and is sent as ${contentType}` };
  return { value: mediaType };
}

/**
 * The images of an index. What has the platform unknown/unknown is none, such as the attestation that BuildKit adds. Whatever else it is
 * said to be, a node would run it; one without a platform, too, when nothing else fits: containerd then goes by its config.
 */
function imagesOf(children: Child[]) {
  const images: { digest: string; platform: ImagePlatform }[] = [];
  for (const { digest, mediaType, platform } of children) {
    if (!MANIFESTS.includes(mediaType))
      return { problem: `${digest} in it is no image but ${JSON.stringify(mediaType)}` };
    if (platform === undefined) return { problem: `it names no platform for ${digest}` };
    if (platform.os === 'unknown' && platform.architecture === 'unknown') continue;
    images.push({ digest, platform: platformOf(platform) });
  }
  if (images.length > MOST_IMAGES) return { problem: `it is an index of ${images.length} images` };
  return images.length === 0 ? { problem: 'it is an index without an image' } : { value: images };
}

function platformOf({ os, architecture, variant }: { os: string; architecture: string; variant?: string | undefined }) {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
