import { diff, type Change } from '../../functions/core/diff/diff.ts';
import { describeRef, refOf, type Manifest } from '../../functions/core/kubernetes.ts';
import { required, type Command } from '../command.ts';
import { readObjects } from '../files.ts';

interface ShownChange extends Change {
  /** Only when there are several objects. */
  object?: string;
}

/** Compares saved objects field by field, as plan, apply and drift do. */
export const diffCommand: Command = {
  name: 'diff',
  summary: 'Compare wanted objects with live ones, field by field; Secret values are masked.',
  positionals: [],
  options: {
    desired: { value: 'FILE', isRequired: true, help: 'the objects as wanted' },
    live: { value: 'FILE', isRequired: true, help: 'the objects as they are' },
    predicted: { value: 'FILE', help: 'the answer of a server-side dry-run: then every field counts' },
  },
  run: async (input) => {
    const desired = await readObjects(required(input, 'desired'));
    const live = await readObjects(required(input, 'live'));
    const predictedFile = input.options['predicted'];
    const predicted = predictedFile === undefined ? undefined : await readObjects(predictedFile);
    const changes = changesOf(desired, live, predicted);
    return { json: { drifted: changes.length > 0, changes }, text: describe(changes), exit: 0 };
  },
};

function changesOf(desired: Manifest[], live: Manifest[], predicted: Manifest[] | undefined): ShownChange[] {
  const [first, second] = [desired[0], live[0]];
  // One against one is meant so, even if the names differ.
  if (desired.length === 1 && live.length === 1 && first !== undefined && second !== undefined) {
    return diff(first, second, predicted?.[0]);
  }
  return desired.flatMap((wanted): ShownChange[] => {
    const object = describeRef(refOf(wanted));
    const found = live.find((one) => isSame(one, wanted));
    if (found === undefined) return [{ object, path: '', live: null, desired: 'missing' }];
    const changes = diff(
      wanted,
      found,
      predicted?.find((one) => isSame(one, wanted)),
    );
    return changes.map((change) => ({ object, ...change }));
  });
}

/** A manifest may leave its namespace to the command that applied it. */
function isSame(live: Manifest, wanted: Manifest): boolean {
  const [a, b] = [refOf(live), refOf(wanted)];
  const isNamespaceEqual = b.namespace === undefined || a.namespace === b.namespace;
  return a.kind === b.kind && a.name === b.name && a.apiVersion === b.apiVersion && isNamespaceEqual;
}

function describe(changes: readonly ShownChange[]): string {
  if (changes.length === 0) return 'No difference.';
  return changes
    .map(({ object, path, live, desired }) => {
      const where = [object, path].filter((part) => part !== undefined && part !== '').join(' ');
      return `${where}\n  - ${JSON.stringify(live)}\n  + ${JSON.stringify(desired)}`;
    })
    .join('\n');
}
