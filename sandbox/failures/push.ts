import { Agent, fetch } from 'undici';
import type { Registry } from '../registry/registry.ts';

/** Stores a manifest of any media type under the tag, with CI's account. What it names must be there already. */
export async function putManifest(
  registry: Registry,
  repository: string,
  tag: string,
  { mediaType, content }: { mediaType: string; content: Buffer },
): Promise<void> {
  const dispatcher = new Agent({ connect: { ca: registry.ca } });
  const url = `https://${registry.host}/v2/${repository}/manifests/${tag}`;
  try {
    const challenged = await fetch(url, { method: 'HEAD', dispatcher });
    const realm = /realm="([^"]+)"/.exec(challenged.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    const basic = Buffer.from(`${registry.push.username}:${registry.push.password}`).toString('base64');
    const granted = await fetch(`${realm}?service=registry&scope=repository:${repository}:pull,push`, {
      headers: { authorization: `Basic ${basic}` },
      dispatcher,
    });
    const { token } = (await granted.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}`, 'content-type': mediaType };
    const answer = await fetch(url, { method: 'PUT', headers, body: content, dispatcher });
    if (!answer.ok) throw new Error(`PUT ${url}: ${answer.status} ${await answer.text()}`);
  } finally {
    await dispatcher.close();
  }
}
