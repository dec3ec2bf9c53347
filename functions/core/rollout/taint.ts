import { tolerates } from '../capacity/node.ts';
import { listAt, textAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';

/** The taints that the text names; since some versions only say "taint(s)", those of the nodes stand in then. */
export function taints(words: string, pod: Manifest, nodes: readonly Manifest[]): string {
  const told = [...words.matchAll(/taint(?:\(s\)|s)? \{([^}]*)\}/g)].map(([, one = '']) => one);
  return told.length > 0 || !/taint/.test(words)
    ? told.join(' ')
    : untolerated(pod, nodes).map(describeTaint).join(' ');
}

export function untolerated(pod: Manifest, nodes: readonly Manifest[]): Fields[] {
  const tolerations = listAt(pod, 'spec', 'tolerations');
  return nodes
    .flatMap((node) => listAt(node, 'spec', 'taints'))
    .filter((taint) => textAt(taint, 'effect') !== 'PreferNoSchedule')
    .filter((taint) => !tolerates(tolerations, taint));
}

export function describeTaint(taint: Fields): string {
  const value = textAt(taint, 'value');
  return `${textAt(taint, 'key')}${value === '' ? '' : `=${value}`}:${textAt(taint, 'effect')}`;
}

export function nodeWith(taint: string, nodes: readonly Manifest[]): string {
  const found = nodes.find((node) => listAt(node, 'spec', 'taints').some((one) => textAt(one, 'key') === taint));
  return textAt(found ?? (nodes.length === 1 ? nodes[0] : undefined), 'metadata', 'name') || 'NODE';
}

/** Taints as the text has them (`{dedicated: gpu}`), or as the nodes do. */
function firstTaint(
  words: string,
  pod: Manifest,
  nodes: readonly Manifest[],
): { key: string; value: string; effect: string } {
  const told = /taint(?:\(s\)|s)? \{([^:}]*):?\s*([^}]*)\}/.exec(words);
  const known = untolerated(pod, nodes);
  const same = known.find((one) => told === null || textAt(one, 'key') === told[1]?.trim());
  return {
    key: told?.[1]?.trim() ?? (textAt(same, 'key') || 'KEY'),
    value: told?.[2]?.trim() ?? textAt(same, 'value'),
    effect: textAt(same, 'effect') || 'NoSchedule',
  };
}

export function keyOf(words: string, pod: Manifest, nodes: readonly Manifest[]): string {
  return firstTaint(words, pod, nodes).key;
}

export function tolerationOf(words: string, pod: Manifest, nodes: readonly Manifest[]): string {
  const { key, value, effect } = firstTaint(words, pod, nodes);
  const rule = value === '' ? 'operator: Exists' : `operator: Equal, value: "${value}"`;
  return `tolerations: [{key: ${key}, ${rule}, effect: ${effect}}]`;
}
