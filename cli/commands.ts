import type { Command } from './command.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { diffCommand } from './commands/diff.ts';
import { kubeconfigCheckCommand } from './commands/kubeconfig-check.ts';
import { renderCommand } from './commands/render.ts';

/** Every command of `hawser`, in the order of the overview. */
export const commands: readonly Command[] = [renderCommand, diffCommand, diagnoseCommand, kubeconfigCheckCommand];
