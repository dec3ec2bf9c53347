import { damaged, textAt } from '../json/checked.ts';
import { listNode, objectNode, type Member, type Node } from '../json/node.ts';
import { resultNode, type Result } from './result.ts';

/** One object of a cluster, as `trivy k8s` reports on it. */
export interface Resource {
  /** `Deployment/default/web`; without a namespace where it has none. */
  name: string;
  results: Result[];
  /** Trivy could not scan it, or not all of it. */
  isBroken: boolean;
}

/** Walks one entry of `Resources` or `Findings`, or of the two lists of the first versions, and gives it to `done` when it has ended. */
export function resourceNode(done: (resource: Resource) => void): Node {
  const words = new Map<string, string>();
  const results: Result[] = [];
  const word = (key: string): [string, Member] => [
    key,
    { kind: 'scalar', take: (value, path) => words.set(key, textAt(value, path)) },
  ];
  const members = new Map<string, Member>([
    word('Namespace'),
    word('Kind'),
    word('Name'),
    word('Error'),
    ['Results', { kind: 'array', as: () => listNode(() => resultNode(false, (result) => results.push(result))) }],
  ]);
  const node = objectNode(members, (path) => {
    for (const key of ['Kind', 'Name']) if (!words.has(key)) throw damaged([...path, key], 'is missing');
    const name = [words.get('Kind'), words.get('Namespace'), words.get('Name')].filter(Boolean).join('/');
    done({ name, results, isBroken: Boolean(words.get('Error')) });
  });
  return {
    ...node,
    // Of the images in it: an object in some versions, a list in others.
    enter: (key, kind, path) => (key === 'Metadata' ? 'skip' : node.enter(key, kind, path)),
  };
}
