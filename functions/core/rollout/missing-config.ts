import { at, isRecord, listAt, textAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';

/** A ConfigMap, Secret or key that is not there. */
export interface MissingConfig {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  /** The key in it that is missing; undefined when the whole object is. */
  key: string | undefined;
}

/**
 * What the kubelet misses, from its text: `secret "db" not found`, `couldn't find key url in Secret shop/db`, or for a volume
 * `references non-existent config key: app.yml` (the object is then found by the volume that the text names).
 */
export function missingConfig(message: string, pod: Manifest): MissingConfig | undefined {
  const whole = /\b(secret|configmap)s? "([^"]+)" not found/i.exec(message);
  if (whole !== null) return { kind: kindOf(whole[1] ?? ''), name: bareName(whole[2] ?? ''), key: undefined };
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i.exec(message);
  if (key !== null) return { kind: kindOf(key[2] ?? ''), name: bareName(key[3] ?? ''), key: key[1] };
  const inVolume = /references non-existent (secret|config) key: ([^\s,]+)/i.exec(message);
  if (inVolume === null) return undefined;
  const kind = kindOf(inVolume[1] ?? '');
  return { kind, name: nameOfVolume(pod, kind, inVolume[2] ?? '', message), key: inVolume[2] };
}

/** The command that makes it, and the way around it. */
export function createCommand({ kind, name, key }: MissingConfig, pod: Manifest): string {
  const namespace = textAt(pod, 'metadata', 'namespace') || 'default';
  const resource = kind === 'Secret' ? 'secret' : 'configmap';
  if (key !== undefined) {
    const data = kind === 'Secret' ? 'stringData' : 'data';
    const patch = JSON.stringify({ [data]: { [key]: 'VALUE' } });
    return `Add the key: kubectl -n ${namespace} patch ${resource} ${name} --type merge -p '${patch}'. Or mend the reference to it, or set optional: true there.`;
  }
  const keys = keysOf(pod, kind, name);
  const literals = (keys.length === 0 ? ['KEY'] : keys).map((one) => `--from-literal=${one}=VALUE`).join(' ');
  const verb = kind === 'Secret' ? 'create secret generic' : 'create configmap';
  return `Create it: kubectl -n ${namespace} ${verb} ${name} ${literals}. Or mend the reference to it, or set optional: true there.`;
}

/** How the container refers to it: ` (env DATABASE_URL)`, ` (envFrom)`, ` (volume config)`; '' when it cannot be told. */
export function referenceTo({ kind, name, key }: MissingConfig, container: Fields, pod: Manifest): string {
  const field = kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  const variable = listAt(container, 'env').find((one) => {
    const ref = at(one, 'valueFrom', field);
    return textAt(ref, 'name') === name && (key === undefined || textAt(ref, 'key') === key);
  });
  if (variable !== undefined) return ` (env ${textAt(variable, 'name')})`;
  const from = kind === 'Secret' ? 'secretRef' : 'configMapRef';
  if (listAt(container, 'envFrom').some((one) => textAt(one, from, 'name') === name)) return ' (envFrom)';
  const volume = volumesOf(pod).find((one) => one.kind === kind && one.name === name);
  return volume === undefined ? '' : ` (volume ${volume.volume})`;
}

function kindOf(word: string): MissingConfig['kind'] {
  return /^secret/i.test(word) ? 'Secret' : 'ConfigMap';
}

/** Some texts name the namespace too. */
function bareName(name: string): string {
  return name.replace(/[.,]$/, '').split('/').at(-1) ?? name;
}

interface Source {
  volume: string;
  kind: MissingConfig['kind'];
  name: string;
  keys: string[];
}

function volumesOf(pod: Manifest): Source[] {
  return listAt(pod, 'spec', 'volumes').flatMap((volume): Source[] => {
    const label = textAt(volume, 'name');
    const projected = listAt(volume, 'projected', 'sources');
    return [volume, ...projected].flatMap((source): Source[] => {
      const found: Source[] = [];
      for (const [kind, field] of [
        ['Secret', 'secret'],
        ['ConfigMap', 'configMap'],
      ] as const) {
        if (!isRecord(source[field])) continue;
        const name = textAt(source[field], 'secretName') || textAt(source[field], 'name');
        const keys = listAt(source[field], 'items').map((item) => textAt(item, 'key'));
        found.push({ volume: label, kind, name, keys });
      }
      return found;
    });
  });
}

function nameOfVolume(pod: Manifest, kind: MissingConfig['kind'], key: string, message: string): string {
  const label = /for volume "([^"]+)"/.exec(message)?.[1];
  const candidates = volumesOf(pod).filter((one) => one.kind === kind);
  const found =
    candidates.find((one) => one.volume === label && (one.keys.length === 0 || one.keys.includes(key))) ??
    candidates.find((one) => one.keys.includes(key)) ??
    candidates.find((one) => one.volume === label);
  return found?.name ?? label ?? '?';
}

/** The keys that the pod reads from the object one by one: what a new one must hold. */
function keysOf(pod: Manifest, kind: MissingConfig['kind'], name: string): string[] {
  const field = kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  const fromEnv = containers.flatMap((container) =>
    listAt(container, 'env')
      .map((one) => at(one, 'valueFrom', field))
      .filter((ref) => textAt(ref, 'name') === name && at(ref, 'optional') !== true)
      .map((ref) => textAt(ref, 'key')),
  );
  const fromVolumes = volumesOf(pod)
    .filter((one) => one.kind === kind && one.name === name)
    .flatMap(({ keys }) => keys);
  return [...new Set([...fromEnv, ...fromVolumes])].filter((one) => one !== '').slice(0, 5);
}
