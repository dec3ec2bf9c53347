/** What the EC2 protocol can say: an array is a list of `<item>`s, undefined is left out. */
export type Xml = string | number | boolean | undefined | Xml[] | { [name: string]: Xml };

/** The elements of a successful answer. */
export type Answer = { [name: string]: Xml };

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** The elements of a value, without a root. */
export function xml(value: Xml): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element('item', item)).join('');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, child]) => (child === undefined ? '' : element(name, child)))
      .join('');
  return String(value).replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}

function element(name: string, value: Xml): string {
  return `<${name}>${xml(value)}</${name}>`;
}

/** The document that EC2 answers an action with. */
export function responseDocument(action: string, requestId: string, value: Answer): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">${xml({ requestId, ...value })}</${action}Response>`;
}

/** The document that EC2 answers an error with. */
export function errorDocument(code: string, message: string, requestId: string): string {
  const body = xml({ Errors: { Error: { Code: code, Message: message } }, RequestID: requestId });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${body}</Response>`;
}
