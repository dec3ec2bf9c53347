import { join } from 'node:path';
import { goBinary } from '../../sandbox/setup/go.mjs';
import type { Progress } from '../../sandbox/setup/progress.mjs';

const KUBERNETES = 'v1.34.4';
const HELM = 'v4.3.1';
const KAPP = 'v0.64.0';
const GO = 'Install Go 1.26 or newer (https://go.dev/dl).';

/**
 * The tools to compare with, built from their Go modules at the first time and kept in the cache. The sandbox's kubectl is part of a
 * binary with all of Kubernetes and takes longer to start than the kubectl that people have: here it is one by itself.
 */
export async function peers(progress: Progress): Promise<{ kubectl: string; helm: string; kapp: string }> {
  const kubectl = await goBinary(
    {
      name: `kubectl ${KUBERNETES}`,
      tool: 'kubectl',
      version: KUBERNETES,
      moduleDir: join(import.meta.dirname, '../../sandbox/kubernetes'),
      sources: ['go.mod', 'go.sum'],
      pkg: 'k8s.io/kubernetes/cmd/kubectl',
      ldflags: '-s -w',
      hint: 'built from source this once, about a minute on 2 cores',
      missing: GO,
    },
    progress,
  );
  const build = (tool: string, version: string, pkg: string): Promise<string> =>
    goBinary(
      {
        name: `${tool} ${version}`,
        tool,
        version,
        moduleDir: join(import.meta.dirname, tool),
        sources: ['go.mod', 'go.sum'],
        pkg,
        ldflags: '-s -w',
        hint: 'built from source this once, about 2 minutes on 2 cores',
        missing: GO,
      },
      progress,
    );
  const helm = await build('helm', HELM, 'helm.sh/helm/v4/cmd/helm');
  const kapp = await build('kapp', KAPP, 'carvel.dev/kapp/cmd/kapp');
  return { kubectl, helm, kapp };
}
