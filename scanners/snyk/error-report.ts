import { invalid } from '../invalid.ts';

/** A file, a folder or an image: nothing with a user, a query or a long random text in it. */
const PLAIN_PATH = /^(?!.*:\/\/)[\w./\\: -]{1,200}$/;
const RANDOM = /[0-9a-f]{8}-[0-9a-f]{4}-|\w{32}/i;
const PLAIN_CODE = /^[A-Za-z0-9_-]{1,30}$/;

/** Why a report of an error is not valid. Its own message is not shown: it may quote a token or an address with one. */
export function errorReport(place: string, path: unknown, code: unknown): Error {
  const isPlain = typeof path === 'string' && PLAIN_PATH.test(path) && !RANDOM.test(path);
  const isCode = (typeof code === 'string' || typeof code === 'number') && PLAIN_CODE.test(String(code));
  const where = place === '' ? '' : ` at ${place}`;
  return invalid(
    `holds an error of snyk${where}${isPlain ? ` for ${path}` : ''}${isCode ? ` (code ${code})` : ''}: that was not tested`,
  );
}
