import type { Command } from './command.ts';
import { admitCommand } from './commands/admit.ts';
import { configCheckCommand } from './commands/config-check.ts';
import { demoCommand } from './commands/demo.ts';
import { deployCommand } from './commands/deploy.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { diffCommand } from './commands/diff.ts';
import { driftCommand } from './commands/drift.ts';
import { gateCommand } from './commands/gate.ts';
import { healthCommand } from './commands/health.ts';
import { kubeconfigCheckCommand } from './commands/kubeconfig-check.ts';
import { migrateFieldsCommand } from './commands/migrate-fields.ts';
import { planCommand } from './commands/plan.ts';
import { renderCommand } from './commands/render.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { statusCommand } from './commands/status.ts';
import { verdictPredicateCommand } from './commands/verdict-predicate.ts';
import { verdictPublicKeyCommand } from './commands/verdict-public-key.ts';
import { verdictSignCommand } from './commands/verdict-sign.ts';
import { verdictVerifyCommand } from './commands/verdict-verify.ts';

/** Every command of `hawser`, in the order of the overview. */
export const commands: readonly Command[] = [
  demoCommand,
  statusCommand,
  planCommand,
  deployCommand,
  rollbackCommand,
  driftCommand,
  configCheckCommand,
  kubeconfigCheckCommand,
  renderCommand,
  admitCommand,
  gateCommand,
  verdictPredicateCommand,
  verdictSignCommand,
  verdictPublicKeyCommand,
  verdictVerifyCommand,
  diffCommand,
  healthCommand,
  diagnoseCommand,
  migrateFieldsCommand,
];
