import { createServer } from 'node:net';

/** A TCP port that is free on this address now. */
export function freePort(address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, address, () => {
      const at = server.address();
      server.close(() => (at !== null && typeof at === 'object' ? resolve(at.port) : reject(new Error('no port'))));
    });
  });
}
