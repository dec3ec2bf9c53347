import { isCalledBy } from './arguments.ts';
import type { Command } from './command.ts';

/** Every command of `hawser`, in the order of the overview. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  status: async () => (await import('./commands/status.ts')).statusCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  deploy: async () => (await import('./commands/deploy.ts')).deployCommand,
  rollback: async () => (await import('./commands/rollback.ts')).rollbackCommand,
  drift: async () => (await import('./commands/drift.ts')).driftCommand,
  'config check': async () => (await import('./commands/config-check.ts')).configCheckCommand,
  'kubeconfig check': async () => (await import('./commands/kubeconfig-check.ts')).kubeconfigCheckCommand,
  render: async () => (await import('./commands/render.ts')).renderCommand,
  admit: async () => (await import('./commands/admit.ts')).admitCommand,
  gate: async () => (await import('./commands/gate.ts')).gateCommand,
  'verdict predicate': async () => (await import('./commands/verdict-predicate.ts')).verdictPredicateCommand,
  'verdict sign': async () => (await import('./commands/verdict-sign.ts')).verdictSignCommand,
  'verdict public-key': async () => (await import('./commands/verdict-public-key.ts')).verdictPublicKeyCommand,
  'verdict verify': async () => (await import('./commands/verdict-verify.ts')).verdictVerifyCommand,
  diff: async () => (await import('./commands/diff.ts')).diffCommand,
  health: async () => (await import('./commands/health.ts')).healthCommand,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  'migrate-fields': async () => (await import('./commands/migrate-fields.ts')).migrateFieldsCommand,
};

/** The command that the words call, alone: what the others need would double the time of a start. All of them when there is none such. */
export async function loadCommands(words: readonly string[]): Promise<Command[]> {
  const all = Object.entries(loaders);
  const called = all.filter(([name]) => isCalledBy(name, words));
  return Promise.all((called.length > 0 ? called : all).map(([, load]) => load()));
}
