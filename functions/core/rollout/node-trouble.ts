import { conditionOf } from './event.ts';
import { textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, subjectOf, type Trouble } from './look.ts';
import { pressureFix } from './unscheduled.ts';

const pressures = [
  ['DiskPressure', 'disk'],
  ['MemoryPressure', 'memory'],
  ['PIDPressure', 'pid'],
] as const;

/** What is wrong with a node by its conditions: not ready, or short of disk, memory or process ids. */
export function nodeTrouble(node: Manifest): Trouble | undefined {
  const name = textAt(node, 'metadata', 'name');
  const subject = subjectOf(node);
  const ready = conditionOf(node, 'Ready');
  if (ready !== undefined && ready['status'] !== 'True') {
    const what = `it is not ready${told(ready)}`;
    return { code: 'NodeNotReady', what, subject, details: { node: name, object: `node/${name}` }, isFinal: true };
  }
  for (const [type, kind] of pressures) {
    const condition = conditionOf(node, type);
    if (condition?.['status'] !== 'True') continue;
    const details = { node: name, object: `node/${name}`, fix: pressureFix(kind, name) };
    return {
      code: 'NodeUnderPressure',
      what: `it is under ${type}${told(condition)}`,
      subject,
      details,
      isFinal: true,
    };
  }
  return undefined;
}

export function isReadyNode(node: Manifest): boolean {
  return conditionOf(node, 'Ready')?.['status'] !== 'False' && conditionOf(node, 'Ready')?.['status'] !== 'Unknown';
}

function told(condition: object): string {
  const reason = textAt(condition, 'reason');
  const message = oneLine(textAt(condition, 'message'));
  const parts = [reason, message].filter((text) => text !== '');
  return parts.length === 0 ? '' : `: ${parts.join(': ')}`;
}
