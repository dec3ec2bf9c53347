import { createServer, type Server } from 'node:net';

/**
 * Runs `work` while no other process of this machine runs any under the same name. The lock is a socket in Linux' abstract
 * namespace: there is no file to leave behind, and the kernel lets go of it when the process dies.
 */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const held = await hold(`\0${name}`);
  try {
    return await work();
  } finally {
    await new Promise((resolve) => held.close(resolve));
  }
}

/** Takes the name for as long as this process lives, or until it is let go; undefined when another process has it. */
export async function claim(name: string): Promise<(() => void) | undefined> {
  const held = await listen(`\0${name}`);
  // Being held is no reason for a process to stay alive.
  held?.unref();
  return held === undefined ? undefined : () => void held.close();
}

async function hold(address: string): Promise<Server> {
  for (;;) {
    const server = await listen(address);
    if (server !== undefined) return server;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}
