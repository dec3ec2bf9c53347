import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux' `ip_local_port_range` (32768), and below NodePorts (30000): nobody is given one of these who does not ask for it. */
const [LOWEST, BEYOND] = [20_000, 30_000];
const ATTEMPTS = 50;

/**
 * A TCP port that is free on this address now, and that the system gives to no other server or connection before somebody listens at it.
 * Throws when none of fifty can be had.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  let refusal: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, BEYOND);
    try {
      await tryToListen(address, port);
      return port;
    } catch (error) {
      refusal = error;
    }
  }
  throw new Error(`No port of ${address} is free.`, { cause: refusal });
}

function tryToListen(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(port, address, () => server.close(() => resolve()));
  });
}
