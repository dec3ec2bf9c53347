import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, textAt } from '../rollout/field.ts';
import { entriesOf, own } from './set.ts';

/** Answers whether a HorizontalPodAutoscaler among the objects sets the number of replicas of a workload. */
export function autoscaled(objects: readonly Manifest[]): (workload: Manifest) => boolean {
  const targets = new Set(
    objects
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ metadata, spec }) =>
        keyOf(textAt(spec, 'scaleTargetRef', 'kind'), textAt(spec, 'scaleTargetRef', 'name'), metadata.namespace),
      ),
  );
  return ({ kind, metadata }) => targets.has(keyOf(kind, metadata.name, metadata.namespace));
}

/**
 * The workload without `spec.replicas`, once something has scaled it through its `scale` subresource, as an autoscaler does: a
 * deploy that set the number again would fight the autoscaler, and lose pods each time. Until then the manifest's
 * number counts: nobody else holds it, and leaving it out would mean one replica.
 */
export function withoutReplicas(workload: Manifest, live: Manifest): Manifest {
  const { spec } = workload;
  if (!isRecord(spec) || at(spec, 'replicas') === undefined || !isScaled(live)) return workload;
  const { replicas: _, ...rest } = spec;
  return { ...workload, spec: rest };
}

function isScaled(live: Manifest): boolean {
  return entriesOf(live).some(
    ({ subresource, fieldsV1 }) =>
      subresource === 'scale' && own(own(fieldsV1, 'f:spec') ?? {}, 'f:replicas') !== undefined,
  );
}

function keyOf(kind: string, name: string, namespace: string | undefined): string {
  return [kind, namespace ?? '', name].join(' ');
}
