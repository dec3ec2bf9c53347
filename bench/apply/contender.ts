import { measure, type Measured } from './measure.ts';
import type { Files } from './sets.ts';

/** One deploy tool: brings a set of objects onto the cluster and waits until it is ready. */
export interface Contender {
  name: string;
  deploy(files: Files, namespace: string): Promise<Measured>;
}

export interface Reach {
  /** A kubeconfig with the address in it, for tools; and the same for Hawser, which takes the address apart. */
  kubeconfig: string;
  address: string;
  kubectl: string;
  helm: string;
  kapp: string;
  /** Hawser's own part, bundled. */
  hawser: string;
  /** HOME of its own: caches of discovery count, those of earlier runs of this machine do not. */
  home: string;
}

/**
 * The four, each as its manual says for server-side apply and waiting. kubectl needs two commands, and `rollout` names what to wait
 * for; without one nothing is waited for. kapp looks only every 3 s how far things are: it comes a second time, looking all the while.
 */
export function contenders(reach: Reach, rollout?: string): Contender[] {
  const env = { PATH: process.env['PATH'], HOME: reach.home, KUBECONFIG: reach.kubeconfig };
  const { kubectl, helm, kapp, hawser, kubeconfig, address } = reach;
  const isWaiting = rollout !== undefined;
  const kappDeploy =
    (...options: string[]): Contender['deploy'] =>
    ({ yaml }, namespace) =>
      measure(kapp, ['deploy', '--app', 'bench', '-n', namespace, '-f', yaml, '--yes', ...options], env);
  return [
    {
      name: 'Hawser',
      // The compile cache as the CLI has it; the others keep their discovery in HOME.
      deploy: ({ yaml }) =>
        measure(process.execPath, [hawser, kubeconfig, address, yaml, isWaiting ? 'wait' : 'apply'], {
          ...env,
          NODE_COMPILE_CACHE: reach.home,
        }),
    },
    {
      name: 'kubectl apply --server-side',
      async deploy({ yaml }, namespace) {
        const applied = await measure(kubectl, ['apply', '--server-side', '-f', yaml], env);
        if (!isWaiting) return applied;
        const waited = await measure(kubectl, ['rollout', 'status', rollout, '-n', namespace, '--timeout=60s'], env);
        return { ...waited, ms: applied.ms + waited.ms, peakMb: Math.max(applied.peakMb, waited.peakMb) };
      },
    },
    {
      name: 'Helm 4.3.1 upgrade --install',
      deploy({ chart }, namespace) {
        const wait = isWaiting ? ['--wait=watcher'] : [];
        return measure(helm, ['upgrade', '--install', 'bench', chart, '-n', namespace, ...wait], env);
      },
    },
    { name: 'kapp 0.64.0 deploy', deploy: kappDeploy(...(isWaiting ? [] : ['--wait=false'])) },
    ...(isWaiting
      ? [
          {
            name: 'kapp, looking every 100 ms',
            deploy: kappDeploy('--wait-check-interval=100ms', '--apply-check-interval=100ms'),
          },
        ]
      : []),
  ];
}
