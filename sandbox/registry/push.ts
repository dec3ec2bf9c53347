import { Agent, fetch, type Response } from 'undici';
import { MEDIA_TYPES, digestOf, type OciImage } from '../node/oci.ts';
import type { Registry } from './registry.ts';

/**
 * Pushes an image by HTTP with CI's account, where buildah cannot be had. `repository`: name without host. Returns the digest of the
 * manifest. Throws with the registry's answer when it refuses.
 */
export async function pushByHttp(
  registry: Registry,
  repository: string,
  tag: string,
  image: OciImage,
): Promise<string> {
  const dispatcher = new Agent({ connect: { ca: registry.ca } });
  const base = `https://${registry.host}/v2/${repository}`;
  try {
    const send = async (url: string, init: { method: string; headers: Record<string, string>; body?: Buffer }) => {
      const response = await fetch(url, { ...init, dispatcher });
      const body = await response.text();
      if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${body}`);
      return { response, body };
    };
    const ping = await fetch(`${base}/blobs/uploads/`, { method: 'POST', dispatcher });
    const basic = Buffer.from(`${registry.push.username}:${registry.push.password}`).toString('base64');
    const answer = await send(tokenUrl(ping), { method: 'GET', headers: { authorization: `Basic ${basic}` } });
    const authorization = `Bearer ${(JSON.parse(answer.body) as { token: string }).token}`;
    for (const body of [image.layer, image.config]) {
      const { response } = await send(`${base}/blobs/uploads/`, { method: 'POST', headers: { authorization } });
      const url = new URL(response.headers.get('location') ?? '', base);
      url.searchParams.set('digest', digestOf(body));
      await send(url.href, { method: 'PUT', headers: { authorization }, body });
    }
    const headers = { authorization, 'content-type': MEDIA_TYPES.manifest };
    await send(`${base}/manifests/${tag}`, { method: 'PUT', headers, body: image.manifest });
    return digestOf(image.manifest);
  } finally {
    await dispatcher.close();
  }
}

/** Where the challenge says that a token can be had, and for what. */
function tokenUrl(challenged: Response): string {
  const challenge = challenged.headers.get('www-authenticate') ?? '';
  const read = (key: string): string => new RegExp(`${key}="([^"]+)"`).exec(challenge)?.[1] ?? '';
  const url = new URL(read('realm'));
  url.searchParams.set('service', read('service'));
  url.searchParams.set('scope', read('scope'));
  return url.href;
}
