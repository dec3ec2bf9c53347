import { afterAll, beforeEach } from 'vitest';
import { startFaultyRegistry, type FaultyRegistry } from './faulty-registry.ts';

/** A registry without TLS for all tests of a file. Each begins with one that knows nothing. */
export async function useFaultyRegistry(): Promise<FaultyRegistry> {
  const server = await startFaultyRegistry();
  afterAll(() => server.stop());
  beforeEach(() => server.reset());
  return server;
}
