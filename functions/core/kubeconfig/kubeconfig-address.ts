import { parseKubeconfig, withServer } from './kubeconfig.ts';

/** The kubeconfig of this secret with another host in `server`; its port stays. Throws KubeconfigInvalid. */
export function withAddress(text: string, secret: string, address: string): string {
  const url = new URL(parseKubeconfig(text, secret).server);
  url.hostname = address;
  return withServer(text, url.toString().replace(/\/$/, ''));
}
