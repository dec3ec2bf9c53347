import type { Manifest } from '../kubernetes.ts';
import { textAt } from '../rollout/field.ts';
import { conditionOf } from './condition.ts';
import { because, degraded, healthy, progressing, type Health } from './verdict.ts';

/** Custom resources can be made once Established holds. Names that clash do not get better by waiting. */
export function definitionHealth(object: Manifest): Health {
  const names = conditionOf(object, 'NamesAccepted');
  const established = conditionOf(object, 'Established');
  const schema = conditionOf(object, 'NonStructuralSchema');
  if (conditionOf(object, 'Terminating')?.status === 'True') {
    return progressing('Terminating', 'The CustomResourceDefinition is being deleted, with every object of its kind.');
  }
  if (names?.status === 'False') {
    return degraded(names.reason || 'NamesNotAccepted', because('The names of the kind are taken', names.message));
  }
  if (schema?.status === 'True') {
    return degraded(
      schema.reason || 'NonStructuralSchema',
      because('The schema of the kind is not structural', schema.message),
    );
  }
  const kind = textAt(object, 'spec', 'names', 'kind');
  if (established?.status === 'True')
    return healthy('Established', `The kind${kind === '' ? '' : ` ${kind}`} is served.`);
  if (established?.status === 'False' && established.reason !== 'Installing') {
    return degraded(established.reason || 'NotEstablished', because('The kind is not served', established.message));
  }
  return progressing(established?.reason || 'NotEstablished', 'The API server does not serve the kind yet.');
}

/** What serves it may still be starting, so a failed check is no end. */
export function apiServiceHealth(object: Manifest): Health {
  const available = conditionOf(object, 'Available');
  if (available?.status === 'True') return healthy(available.reason || 'Available', 'The API answers.');
  const service = textAt(object, 'spec', 'service', 'name');
  const what = `The API${service === '' ? '' : ` behind Service ${textAt(object, 'spec', 'service', 'namespace')}/${service}`} does not answer yet`;
  return progressing(available?.reason || 'NotAvailable', because(what, available?.message ?? ''));
}
