import { median, table, times, type Section } from '../results.ts';
import type { LoneServer, Sample } from './lone-server.ts';
import { configMaps } from './sets.ts';

const COUNTS = [1, 10, 100, 500];
/** Fewer of what takes longer, and varies less. */
const ROUNDS: Readonly<Record<number, number>> = { 1: 7, 10: 5, 100: 3, 500: 3 };

export interface Row {
  tool: string;
  count: number;
  first: readonly Sample[];
  again: readonly Sample[];
}

/**
 * Applying N ConfigMaps to an API server that nobody else uses: the first time, and again with nothing changed. Each round has
 * a namespace of its own for each tool, and the tools take turns.
 */
export async function benchObjects(server: LoneServer): Promise<Section> {
  const rows: Row[] = [];
  for (const count of COUNTS) {
    const of = server.tools.map(({ name }) => ({ tool: name, count, first: [] as Sample[], again: [] as Sample[] }));
    for (let round = 0; round < (ROUNDS[count] ?? 1); round++) {
      for (const [index, tool] of server.tools.entries()) {
        const namespace = `objects-${count}-${round}-${index}`;
        await server.namespace(namespace);
        const documents = configMaps(count, namespace);
        of[index]?.first.push(await server.deploy(tool, documents, namespace));
        of[index]?.again.push(await server.deploy(tool, documents, namespace));
      }
    }
    rows.push(...of);
  }
  return { title: 'Applying N objects, beside other tools', lines: linesOfObjects(rows) };
}

/** One line for each number and tool, each time with its ratio to the first tool's of that number. */
export function linesOfObjects(rows: readonly Row[]): string[] {
  return table(
    ['N', 'tool', 'first apply', 'requests', 'again, unchanged', 'requests', 'peak memory'],
    rows.map(({ tool, count, first, again }) => {
      const base = rows.find((row) => row.count === count);
      const ms = (samples: readonly Sample[]): number => median(samples.map((sample) => sample.ms));
      const requests = (samples: readonly Sample[]): number => median(samples.map((sample) => sample.requests));
      return [
        count,
        tool,
        `${Math.round(ms(first))} ms (${times(ms(first), ms(base?.first ?? first))})`,
        requests(first),
        `${Math.round(ms(again))} ms (${times(ms(again), ms(base?.again ?? again))})`,
        requests(again),
        `${Math.round(median([...first, ...again].map(({ peakMb }) => peakMb)))} MB`,
      ];
    }),
  );
}
