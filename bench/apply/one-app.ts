import { PAUSE_IMAGE } from '../../sandbox/node/pause.ts';
import { median, table, type Section } from '../results.ts';
import type { LoneServer } from './lone-server.ts';
import { app } from './sets.ts';

const ROUNDS = 3;

/** The requests that one app of five objects takes: the first time, with its Deployment changed, and with nothing changed. */
export async function benchOneApp(server: LoneServer): Promise<Section> {
  const rows: (string | number)[][] = [];
  for (const [index, tool] of server.tools.entries()) {
    const counts = Array.from({ length: 3 }, (): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      const namespace = `app-${round}-${index}`;
      await server.namespace(namespace);
      for (const [which, revision] of ['first', 'second', 'second'].entries()) {
        const { requests } = await server.deploy(tool, app(namespace, PAUSE_IMAGE, revision), namespace);
        counts[which]?.push(requests);
      }
    }
    rows.push([tool.name, ...counts.map(median)]);
  }
  return {
    title: 'Requests for one app of five objects, its rollout aside',
    lines: table(['tool', 'first deploy', 'one object changed', 'nothing changed'], rows),
  };
}
