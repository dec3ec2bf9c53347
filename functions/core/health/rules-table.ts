import type { HealthRule } from './rule.ts';
import { dataRules } from './rules/data.ts';
import { deliveryRules } from './rules/delivery.ts';
import { kubernetesRules } from './rules/kubernetes.ts';
import { networkRules } from './rules/network.ts';
import { platformRules } from './rules/platform.ts';

/**
 * Kinds whose meaning the generic rules would not find, or only by luck: what their controllers document. A kind that is not here is
 * left to the generic rules; so is one here when no case fits and `otherwise` is not given.
 */
export const builtInRules: readonly HealthRule[] = [
  ...kubernetesRules,
  ...networkRules,
  ...deliveryRules,
  ...platformRules,
  ...dataRules,
];
