import { join } from 'node:path';
import { goBinary } from '../../sandbox/setup/go.mjs';
import type { Progress } from '../../sandbox/setup/progress.mjs';

const HELM = 'v4.3.1';
const KAPP = 'v0.64.0';
const GO = 'Install Go 1.26 or newer (https://go.dev/dl).';

/** Helm and kapp, built from their Go modules at the first time and kept in the cache. */
export async function peers(progress: Progress): Promise<{ helm: string; kapp: string }> {
  const build = (tool: string, version: string, pkg: string, ldflags: string) =>
    goBinary(
      {
        name: `${tool} ${version}`,
        tool,
        version,
        moduleDir: join(import.meta.dirname, tool),
        sources: ['go.mod', 'go.sum'],
        pkg,
        ldflags,
        hint: 'built from source this once, about 2 minutes on 2 cores',
        missing: GO,
      },
      progress,
    );
  const helm = await build('helm', HELM, 'helm.sh/helm/v4/cmd/helm', '-s -w');
  const kapp = await build('kapp', KAPP, 'carvel.dev/kapp/cmd/kapp', '-s -w');
  return { helm, kapp };
}
