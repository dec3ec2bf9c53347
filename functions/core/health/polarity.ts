import { judgeWord, tokensOf } from './word.ts';

/**
 * What it means that a condition of that type holds:
 * `good` it is as wanted · `bad` something failed · `busy` work goes on · `held` it is suspended · `other` the name does not say.
 */
export type Polarity = 'good' | 'bad' | 'busy' | 'held' | 'other';

/** As words of a phase these say that something is yet to come, as types of conditions that it has been done. */
const done = new Set(['scheduled', 'requested', 'submitted', 'initialized', 'queued']);
/** What comes last decides: `ProvisioningSucceeded`, `NetworkingReady`, `CreationFailed`. */
const lastGood = new Set([
  'ready',
  'available',
  'succeeded',
  'healthy',
  'complete',
  'completed',
  'accepted',
  'established',
  'programmed',
  'synced',
  'valid',
  'provisioned',
  'initialized',
  'scheduled',
  'installed',
  'deployed',
  'applied',
  'bound',
  'resolved',
  'configured',
  'created',
  'reconciled',
]);

export function polarityOf(type: string): Polarity {
  const tokens = tokensOf(type);
  const last = tokens.at(-1) ?? '';
  const isNegated = tokens.some((token) => token === 'not' || token === 'no');
  if (!isNegated && (lastGood.has(last) || done.has(last))) return 'good';
  switch (judgeWord(type)) {
    case 'Degraded':
    case 'Missing':
      return 'bad';
    case 'Progressing':
      return 'busy';
    case 'Suspended':
      return 'held';
    case 'Healthy':
      return 'good';
    default:
      // `OutOfDate`, `ErrorOccurred` and the like are in the words; `Terminal` of AWS controllers is, `Recoverable` is not.
      return /(^|[a-z])(Failure|Error|Failed)/.test(type) ? 'bad' : 'other';
  }
}
