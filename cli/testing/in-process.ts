import { loadCommands } from '../commands.ts';
import { execute } from '../execute.ts';

export interface Executed {
  status: number;
  /** What --json would print. */
  value: unknown;
  text: string;
  isError: boolean;
}

/** Runs a command within this process: all of it but the printing. */
export async function inProcess(...words: string[]): Promise<Executed> {
  const { outcome, isError } = await execute(await loadCommands(words), words, () => undefined);
  return { status: outcome.exit, value: JSON.parse(JSON.stringify(outcome.json)), text: outcome.text, isError };
}
