import { countOf, eventText, eventTime, ofContainer } from './event.ts';
import { at, isRecord, numberAt, textAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { isFresh, oneLine, type ContainerView, type Finding, type Look } from './look.ts';
import { describeProbe, portNumber } from './probe.ts';

/** A probe that fails is waited on: an app may be slow. It is the cause when the deadline comes. */
export function probeTrouble(view: ContainerView, look: Look): Finding | undefined {
  if (view.status['ready'] === true || at(view.status, 'state', 'running') === undefined) return undefined;
  const event = unhealthy(view, look);
  if (event === undefined) {
    // Never started: the startup probe has not passed, even when its events are gone already.
    const waits = view.status['started'] === false && isRecord(view.spec['startupProbe']) ? 'startup' : 'readiness';
    return isRecord(view.spec[`${waits}Probe`]) && look.startedAt === 0
      ? probeFinding(view, waits, look, false, '')
      : undefined;
  }
  const kind = /^(startup|liveness)/i.exec(eventText(event))?.[1]?.toLowerCase() ?? 'readiness';
  return probeFinding(view, kind, look, false, '');
}

/** The kubelet ended the container because its liveness or startup probe failed: the kind, or undefined when it did not. */
export function killingProbe(
  view: ContainerView,
  end: Fields | undefined,
  look: Look,
): 'liveness' | 'startup' | undefined {
  // Asked to end, a program ends by the signal, or with 0 when it does so in good order. Another code is its own.
  if (!/^(0|137|143)$/.test(String(at(end, 'exitCode')))) return undefined;
  const name = textAt(view.spec, 'name');
  const killed = look.events.findLast(
    (one) => /failed (liveness|startup) probe/i.test(eventText(one)) && eventText(one).includes(` ${name} `),
  );
  if (killed !== undefined) return /startup probe/i.test(eventText(killed)) ? 'startup' : 'liveness';
  if (numberAt(view.status, 0, 'restartCount') === 0 || at(end, 'exitCode') === 0) return undefined;
  for (const kind of ['startup', 'liveness'] as const) if (unhealthy(view, look, kind) !== undefined) return kind;
  return undefined;
}

/** The sentence: the probe, its address, its last answer, and how often. `then` is what follows from it. */
export function probeFinding(view: ContainerView, kind: string, look: Look, isFinal: boolean, then: string): Finding {
  const event = unhealthy(view, look, kind);
  const answer = event === undefined ? '' : answerOf(eventText(event));
  const probe = describeProbe(view.spec, kind);
  const named = missingPort(view.spec, kind, answer);
  const why =
    named === undefined ? answer : `the container has no port named ${named}${answer === '' ? '' : ` (${answer})`}`;
  const count = event === undefined ? 1 : countOf(event);
  return {
    code: 'ProbeFailing',
    what: `${view.label} does not pass its ${kind} probe${probe === '' ? '' : ` (${probe})`}${why === '' ? '' : `: ${why}`}${then}${count > 1 ? ` (${count} times)` : ''}`,
    details: {
      probe: probe || kind,
      answer: oneLine(answer),
      container: textAt(view.spec, 'name'),
      fix: fixOf(view.spec, kind, answer, named),
    },
    isFinal,
  };
}

/** Of a command that cannot be run only the last of the wrapped errors tells why. */
function answerOf(text: string): string {
  const said = text.replace(/^\w+ probe (?:failed|errored|warning)(?: and resulted in unknown state)?:\s*/i, '');
  return oneLine(said.replace(/^rpc error: .*?(exec: ".*?)(?:: unknown)?$/s, '$1'));
}

/** The name of a port that the probe asks for and the container does not have. The kubelet then tries to read it as a number. */
function missingPort(container: Fields, kind: string, answer: string): string | undefined {
  const told = /strconv\.Atoi: parsing "([^"]+)"|couldn't find port:? "?([\w-]+)"?|port "?([\w-]+)"? not found/i.exec(
    answer,
  );
  const name = told?.[1] ?? told?.[2] ?? told?.[3];
  if (name !== undefined) return name;
  const probe = at(container, `${kind}Probe`);
  const port = at(probe, 'httpGet', 'port') ?? at(probe, 'tcpSocket', 'port');
  const isName = typeof port === 'string' && !/^\d+$/.test(port);
  return isName && portNumber(container, port) === undefined ? port : undefined;
}

function fixOf(container: Fields, kind: string, answer: string, named: string | undefined): string {
  const field = `${kind}Probe`;
  const probe = at(container, field);
  const name = textAt(container, 'name');
  const http = at(probe, 'httpGet');
  const port = portNumber(container, at(http, 'port') ?? at(probe, 'tcpSocket', 'port') ?? at(probe, 'grpc', 'port'));
  const path = textAt(http, 'path') || '/';
  const where = port === undefined ? 'the port of the probe' : `port ${port}`;
  const timeout = numberAt(probe, 1, 'timeoutSeconds');
  const status = /statuscode: (\d+)/.exec(answer)?.[1];
  if (named !== undefined)
    return `Name a port of container ${name} "${named}" (ports[].name), or put its number into ${field}.`;
  if (status === '404') return `Let the app answer 2xx at ${path}, or mend ${field}.httpGet.path.`;
  if (status === '401' || status === '403')
    return `Let ${path} answer without a login, or probe another path (${field}.httpGet.path).`;
  if (status?.startsWith('5') === true)
    return `The app itself answers ${status} at ${path}: read its log, and mend what the check finds.`;
  if (status !== undefined) return `Make ${path} answer 2xx or 3xx on ${where}, or mend ${field}.httpGet.`;
  if (/connection refused/i.test(answer))
    return `Let the app listen on ${where} at 0.0.0.0 (not 127.0.0.1 only), or mend ${field}; if it is slow to start, give it a startupProbe.`;
  if (/timeout|timed out|deadline exceeded|Client\.Timeout/i.test(answer))
    return `Make the probe answer faster, or raise ${field}.timeoutSeconds (now ${timeout}).`;
  if (
    /malformed HTTP response|tls: first record|HTTP response to HTTPS client|HTTP request to an HTTPS server/i.test(
      answer,
    )
  )
    return `Set ${field}.httpGet.scheme to what the app speaks on ${where} (HTTP or HTTPS).`;
  if (/NOT_SERVING|grpc\.health/i.test(answer))
    return `Implement grpc.health.v1.Health in the app and report SERVING, or mend ${field}.grpc.`;
  if (isRecord(at(probe, 'exec')))
    return `Run the command of ${field} by hand in the container and mend what it says: kubectl exec POD -c ${name} -- COMMAND`;
  if (http !== undefined) return `Make ${path} answer 2xx or 3xx on ${where}, or mend ${field}.`;
  return `Make the probe pass, or mend ${field} of container ${name}.`;
}

/** The last Unhealthy event of this rollout about this container, of the kind if one is asked for. */
function unhealthy(view: ContainerView, look: Look, kind = ''): Manifest | undefined {
  const name = textAt(view.spec, 'name');
  return look.events.findLast(
    (event) =>
      /^(Unhealthy|ProbeWarning)$/.test(textAt(event, 'reason')) &&
      ofContainer(event, name) &&
      eventText(event).toLowerCase().startsWith(kind) &&
      isFresh(eventTime(event), look),
  );
}
