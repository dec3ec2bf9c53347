import { plain, plainPath } from './plain.ts';

/**
 * A path of a report as a URI relative to the root of the repository: no scheme, no slash before it, no way up. Of a web address the
 * host and the path are left, since what follows may hold secrets.
 */
export function uriOf(path: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\/([^?#]*)/iu.exec(plain(path, 2_000))?.[1];
  const segments = plainPath(address ?? path, 500)
    .replaceAll('\\', '/')
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return segments.length === 0 ? '-' : segments.map(encodeURIComponent).join('/');
}
