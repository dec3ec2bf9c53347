import { at, isRecord, listAt, textAt, type Fields } from './field.ts';

/** `GET /health on port 8080`, `TCP port 5432`, `exec pg_isready`: the container's probe of that kind, '' when there is none. */
export function describeProbe(container: Fields, kind: string): string {
  const probe = at(container, `${kind}Probe`);
  if (!isRecord(probe)) return '';
  if (isRecord(probe['httpGet'])) {
    const path = textAt(probe, 'httpGet', 'path') || '/';
    return `GET ${path} on port ${portOf(container, probe['httpGet'])}`;
  }
  if (isRecord(probe['tcpSocket'])) return `TCP port ${portOf(container, probe['tcpSocket'])}`;
  if (isRecord(probe['grpc'])) return `gRPC health on port ${portOf(container, probe['grpc'])}`;
  const command = at(probe, 'exec', 'command');
  return Array.isArray(command) ? `exec ${command.map(String).join(' ').slice(0, 80)}` : '';
}

/** The number; for a port given by name, the number that the container gives it. */
function portOf(container: Fields, action: Fields): string {
  const port = action['port'];
  const named = listAt(container, 'ports').find(({ name }) => name === port)?.['containerPort'];
  const text = typeof port === 'number' || typeof port === 'string' ? String(port) : '?';
  return typeof named === 'number' ? `${named} (${text})` : text;
}
