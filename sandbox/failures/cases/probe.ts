import type { FailureCase } from '../case.ts';

const often = { periodSeconds: 1, failureThreshold: 1 };
const get = (path: string, port: string | number = 'http'): object => ({ httpGet: { path, port }, periodSeconds: 1 });
const failing = { outcome: 'rolled_back', code: 'ProbeFailing', hint: /Probe|read its log/ } as const;

/** Apps that run and are not taken for well. A readiness probe may pass at any time, so that only a deadline ends the wait for it. */
export const probeCases: readonly FailureCase[] = [
  {
    name: 'the readiness probe is answered with 500',
    container: { env: [{ name: 'HEALTH', value: '500' }] },
    waits: true,
    expect: { ...failing, message: /container shop.*readiness probe \(GET \/health on port 8080 \(http\)\).*500/ },
  },
  {
    name: 'the readiness probe asks for a path that is not there',
    container: { readinessProbe: get('/ready') },
    waits: true,
    expect: { ...failing, message: /container shop.*readiness probe \(GET \/ready on port 8080 \(http\)\).*404/ },
  },
  {
    name: 'the readiness probe asks at a port where nobody listens',
    container: { readinessProbe: get('/health', 9090) },
    waits: true,
    expect: {
      ...failing,
      message: /container shop.*readiness probe \(GET \/health on port 9090\).*connection refused/,
    },
  },
  {
    name: 'the command of the readiness probe is not there',
    container: { readinessProbe: { exec: { command: ['/bin/is-ready'] }, periodSeconds: 1 } },
    waits: true,
    expect: {
      ...failing,
      message:
        /container shop.*readiness probe \(exec \/bin\/is-ready\): exec: "\/bin\/is-ready": stat \/bin\/is-ready: no such file or directory/,
    },
  },
  {
    name: 'the liveness probe ends the app before it is ready',
    container: {
      env: [{ name: 'LIVE', value: '503' }],
      livenessProbe: { ...get('/live'), ...often },
      readinessProbe: { ...get('/health'), initialDelaySeconds: 10 },
    },
    pod: { terminationGracePeriodSeconds: 1 },
    expect: {
      ...failing,
      message: /container shop.*liveness probe \(GET \/live on port 8080 \(http\)\).*503.*restarts it/,
    },
  },
  {
    name: 'the startup probe never passes',
    container: { startupProbe: { ...get('/started'), ...often } },
    pod: { terminationGracePeriodSeconds: 1 },
    expect: {
      ...failing,
      message: /container shop.*startup probe \(GET \/started on port 8080 \(http\)\).*404.*restarts it/,
    },
  },
];
