/** The hosts that answer for Docker Hub. Runtimes turn the first two into the third; the last one is of the same registry. */
const dockerHub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);
const loopback = new Set(['127.0.0.1', '[::1]']);
/** A host's registry is taken for one, with TLS or, where the node is set so, without. */
const defaultPorts = [443, 80];

/**
 * One spelling for all names, without tag and digest, that a container runtime takes for the same repository. `nginx` is
 * `docker.io/library/nginx`, and `REGISTRY.TEST:443/shop` is `registry.test/shop`: a host is a DNS name, in which neither capitals nor a
 * final dot count. Another host for the same registry, or a mirror, cannot be told from its name.
 */
export function repositoryOf(name: string): string {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  // As in github.com/distribution/reference: a path has no capitals, so what has some is a host.
  const isHost = /[.:A-Z]/.test(first) || first === 'localhost';
  const host = isHost ? hostOf(first) : 'docker.io';
  const path = isHost ? name.slice(slash + 1) : name;
  if (!dockerHub.has(host)) return `${host}/${path}`;
  return `docker.io/${path.includes('/') ? path : `library/${path}`}`;
}

/** What is no host at all stays as it is: no runtime takes it. */
function hostOf(written: string): string {
  const form = /^([a-z\d.-]*[a-z\d]|\[[a-f\d:]+\])\.?(?::(\d+))?$/;
  const [, name, digits = '443'] = form.exec(written.toLowerCase()) ?? [];
  if (name === undefined) return written;
  const address = addressOf(name);
  const port = Number(digits);
  return `${loopback.has(address) ? 'localhost' : address}${defaultPorts.includes(port) ? '' : `:${port}`}`;
}

/** An IP address in its one form: `127.1` is `127.0.0.1`, and so is `[::ffff:7f00:1]`. Any other name as it is. */
function addressOf(name: string): string {
  const url = `https://${name}`;
  const address = URL.canParse(url) ? new URL(url).hostname : name;
  const [, high, low] = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const words = [high, low].map((word) => Number.parseInt(word, 16));
  return words.flatMap((word) => [word >> 8, word & 255]).join('.');
}
