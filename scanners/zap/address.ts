/** The address without what changes from request to request and what may be a secret: query, fragment, session, user and password. */
export function addressOf(uri: string): string {
  return uri
    .replace(/[?#].*$/s, '')
    .replace(/;jsessionid=[^/]*/gi, '')
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}
