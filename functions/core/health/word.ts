import type { HealthStatus } from './verdict.ts';

/*
 * Controllers say how an object is in a word: `Running`, `CreateFailed`, `UPDATE_IN_PROGRESS`, `Cluster in healthy state`. The lists
 * are of words that custom resources have in phases, states and reasons; a word that is in none of them says nothing.
 */
const bad = words(`
  abort aborted backoff blocked broken cancelled canceled cannot conflict conflicted conflicts corrupt corrupted crash crashed crashing
  crashloop crashlooping critical dead degraded denied deny disconnected down err error errored errors evicted exceeded expired fail failed
  failing fails failure failures fault faulted faulty forbidden illegal impaired inconsistent interrupted invalid killed lost misconfigured
  mismatch missing notfound offline oomkilled panic red refused reject rejected revoked rollback stalled stuck terminal
  timedout timeout unable unauthorized unavailable unhealthy unreachable unresolved unresponsive unsupported violated violation`);
const held = words(`
  archived asleep disabled dormant halted hibernated hibernating hibernation idled inactive onhold pause paused sleep sleeping standby
  stopped suspend suspended`);
const busy = words(`
  await bootstrap draft incomplete init inprogress maintenance notready outdated partial partially pend preparation progress queued recovery
  requested retries retry scheduled schedule setup submitted underway undeployed uninitialized unprovisioned unready unsynced wait warmup
  warn warning yellow`);
const good = words(`
  accepted accessible achieved active admitted alive allocated applied approved assigned attached available bound built complete completed
  compliant configured connected created current deployed done elected enabled enrolled ensured established executed exists fine finished
  fresh fulfilled generated granted green healthy idle implemented imported initialized injected installed insync inuse issued joined leased
  listening loaded mapped monitoring normal offered ok okay online operational optimal passed passing permanent placed programmed
  provisioned published reachable ready reconciled registered released resolved resolves restored running scaled serving stable started
  streaming succeed succeeded success successful successfully synced synchronized transferred true up updated upgraded uptodate valid
  validated verified watching`);
/** Words on -ing that say nothing of work going on. */
const still = words('during existing nothing outstanding string thing');
const negations = words('isnt never no non not without');

/** What is longer is a sentence, not a word. */
const longest = { characters: 80, tokens: 10 };

/** What a word of a controller says, or undefined. `Running` is Healthy here: whether a kind is to end is not the word's affair. */
export function judgeWord(text: string): HealthStatus | undefined {
  if (text.length > longest.characters) return undefined;
  const tokens = tokensOf(text);
  if (tokens.length === 0 || tokens.length > longest.tokens) return undefined;
  if (tokens.length === 1 && tokens[0] === 'missing') return 'Missing';
  if (tokens.length === 1 && tokens[0] === 'unknown') return 'Unknown';
  // Not one of several: NewReplicaSetAvailable.
  if (tokens.length === 1 && tokens[0] === 'new') return 'Progressing';
  const heard = tokens.map((token, at) => judgeToken(token, tokens[at - 1] ?? ''));
  return (['Degraded', 'Suspended', 'Progressing', 'Healthy'] as const).find((status) => heard.includes(status));
}

function judgeToken(token: string, before: string): HealthStatus | undefined {
  const isNegated = negations.has(before);
  if (bad.has(token)) return !isNegated ? 'Degraded' : before === 'not' ? undefined : 'Healthy';
  if (token === 'found') return isNegated ? 'Degraded' : undefined;
  if (token === 'out') return before === 'timed' ? 'Degraded' : undefined;
  if (token === 'sync' || token === 'date')
    return before === 'of' ? 'Progressing' : before === 'in' ? 'Healthy' : undefined;
  if (good.has(token)) return isNegated ? 'Progressing' : 'Healthy';
  if (isNegated) return undefined;
  if (held.has(token)) return 'Suspended';
  return busy.has(token) || (/..ing$/.test(token) && !still.has(token)) ? 'Progressing' : undefined;
}

/** `UpdateInProgress`, `UPDATE_IN_PROGRESS` and `Update in progress` are the same three words, in lower case. */
export function tokensOf(text: string): string[] {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((token) => token !== '');
}

const badSentence = new RegExp(
  String.raw`\b(fail|failed|fails|failure|failing|errors?|invalid|denied|forbidden|not found|cannot|can't|could not|couldn't|unable|refused|timed? ?out|` +
    String.raw`exceeded|unauthorized|not authorized|do(es)? not exist|doesn't exist|no such|no matching|already exists|not allowed|` +
    String.raw`unsupported|not supported|reject(ed)?|conflict|mismatch|expired|missing|crash|back-?off|insufficient|degraded|panic|` +
    String.raw`not permitted|x509|connection reset)\b`,
  'i',
);
const busySentence = new RegExp(
  String.raw`\b(waiting|wait for|pending|in progress|creating|provisioning|starting|not yet|progressing|initiali[sz]ing|reconciling|` +
    String.raw`deploying|updating|installing|issuing|still|yet to|being (created|updated|deployed|provisioned)|not ready|will be|scheduled)\b`,
  'i',
);

/** What a sentence of a controller says of something that does not hold: that it failed, that it is under way, or neither. */
export function judgeSentence(text: string): 'Degraded' | 'Progressing' | undefined {
  const start = text.slice(0, 2_000);
  if (badSentence.test(start)) return 'Degraded';
  return busySentence.test(start) ? 'Progressing' : undefined;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}
