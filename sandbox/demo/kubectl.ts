import { join } from 'node:path';
import { run } from '../host/run.ts';
import type { Sandbox } from '../sandbox.ts';

/** Runs kubectl as a person would, with the kubeconfig that the sandbox keeps at the address of the moment. */
export async function kubectl({ mode, workspace }: Sandbox, args: string[]): Promise<string> {
  const command = mode === 'cluster' ? 'kubectl' : join(workspace.dir, 'kubectl');
  return (await run(command, ['--kubeconfig', join(workspace.dir, 'kubeconfig'), ...args], { timeoutMs: 30_000 }))
    .stdout;
}
