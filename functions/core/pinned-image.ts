/** The two parts of `name@sha256:…`. */
export function splitImage(image: string): { name: string; digest: string } {
  const [name = '', digest = ''] = image.split('@');
  return { name, digest };
}

/** For people: `sha256:0123456789ab…` */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 'sha256:'.length + 12)}…`;
}

/** For people: `ghcr.io/acme/shop@sha256:0123456789ab…`. What has no digest stays as it is. */
export function shortImage(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+/, '$1…');
}
