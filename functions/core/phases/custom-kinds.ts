import { groupOf, type Manifest, type Ref } from '../kubernetes.ts';
import { at, listAt, textAt } from '../rollout/field.ts';

/** True for a CustomResourceDefinition. */
export function isDefinition({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean {
  return kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/');
}

/** True when the API server serves the CRD's kinds. */
export function isEstablished(definition: Manifest): boolean {
  return conditionOf(definition, 'Established') === 'True' && conditionOf(definition, 'NamesAccepted') === 'True';
}

/** Why the CRD will never be served as it is: another one has its names. Undefined when nothing speaks against it. */
export function whyNotAccepted(definition: Manifest): string | undefined {
  const condition = listAt(definition, 'status', 'conditions').find(({ type }) => type === 'NamesAccepted');
  return textAt(condition, 'status') === 'False' && textAt(condition, 'reason') !== ''
    ? textAt(condition, 'message')
    : undefined;
}

/** True when the CRD, as it is live, serves objects of that version and kind. */
export function serves(definition: Manifest, { apiVersion }: Pick<Ref, 'apiVersion'>): boolean {
  const version = apiVersion.split('/')[1];
  return (
    isEstablished(definition) &&
    listAt(definition, 'spec', 'versions').some(({ name, served }) => name === version && served === true)
  );
}

/** True when the CRD defines the kind of the object, in whatever version. */
export function defines(definition: Manifest, { apiVersion, kind }: Pick<Ref, 'apiVersion' | 'kind'>): boolean {
  return at(definition, 'spec', 'group') === groupOf(apiVersion) && at(definition, 'spec', 'names', 'kind') === kind;
}

function conditionOf(definition: Manifest, name: string): string {
  return textAt(
    listAt(definition, 'status', 'conditions').find(({ type }) => type === name),
    'status',
  );
}
