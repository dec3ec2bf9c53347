import { at, isRecord, listAt, textAt, type Fields } from './field.ts';

/** `GET /health on port 8080`, `TCP port 5432`, `exec pg_isready`: the container's probe of that kind, '' when there is none. */
export function describeProbe(container: Fields, kind: string): string {
  const probe = at(container, `${kind}Probe`);
  if (!isRecord(probe)) return '';
  if (isRecord(probe['httpGet'])) {
    const path = textAt(probe, 'httpGet', 'path') || '/';
    const scheme = textAt(probe, 'httpGet', 'scheme').toUpperCase() === 'HTTPS' ? ' over https' : '';
    return `GET ${path.startsWith('/') ? path : `/${path}`} on port ${portOf(container, probe['httpGet'])}${scheme}`;
  }
  if (isRecord(probe['tcpSocket'])) return `TCP port ${portOf(container, probe['tcpSocket'])}`;
  if (isRecord(probe['grpc'])) {
    const service = textAt(probe, 'grpc', 'service');
    return `gRPC health${service === '' ? '' : ` of ${service}`} on port ${portOf(container, probe['grpc'])}`;
  }
  const command = at(probe, 'exec', 'command');
  return Array.isArray(command) ? `exec ${command.map(String).join(' ').slice(0, 80)}` : '';
}

/** The number of a port that is given as one, or by a name that the container gives it; undefined when there is none. */
export function portNumber(container: Fields, port: unknown): number | undefined {
  if (typeof port === 'number') return port;
  if (typeof port !== 'string') return undefined;
  const named = listAt(container, 'ports').find(({ name }) => name === port)?.['containerPort'];
  if (typeof named === 'number') return named;
  return /^\d+$/.test(port) ? Number(port) : undefined;
}

/** The number; for a port given by name, the number that the container gives it. */
function portOf(container: Fields, action: Fields): string {
  const port = action['port'];
  const text = typeof port === 'number' || typeof port === 'string' ? String(port) : '?';
  const number = portNumber(container, port);
  return number === undefined || String(number) === text ? text : `${number} (${text})`;
}
