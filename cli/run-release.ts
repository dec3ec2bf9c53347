import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { required, type Command, type CommandInput, type Outcome } from './command.ts';
import { describeAnswer } from './describe-answer.ts';
import { exitCodeOfAnswer } from './exit-code.ts';
import { follow, releasesOf } from './follow.ts';
import { awsOptions, functionsOf, type Ask, type FunctionName } from './invoke.ts';

/** Options of the commands that open a release. */
export const releaseOptions: Command['options'] = {
  environment: { value: 'NAME', isRequired: true, help: 'one of the environments in deploy.yaml' },
  actor: { value: 'NAME', help: 'who does it, for the record (your user name here)' },
  ...awsOptions,
};

const LOOK_MS = 2_000;

/**
 * Invokes the function that runs one release and waits for its end. At a terminal its phases are told while it runs; its work goes on in
 * AWS even if this process ends.
 */
export async function runRelease(input: CommandInput, name: FunctionName, request: object): Promise<Outcome> {
  const environment = required(input, 'environment');
  const actor = (input.options['actor'] ?? userName()).slice(0, 64);
  const { ask, close } = functionsOf(input);
  try {
    const event = { environment, actor, ...request };
    const answer = process.stderr.isTTY ? await told(ask, name, event, input.say) : await ask(name, event);
    return outcomeOf(answer);
  } finally {
    close();
  }
}

/** The outcome of an answer: the answer itself as JSON, or its text. */
export function outcomeOf(answer: Answer, exit = exitCodeOfAnswer(answer)): Outcome {
  return { json: answer, text: describeAnswer(answer), exit };
}

async function told(
  ask: Ask,
  name: FunctionName,
  event: { environment: string; actor: string },
  say: (line: string) => void,
): Promise<Answer> {
  const { environment, actor } = event;
  const end = new AbortController();
  const { signal } = end;
  // Telling is a courtesy: without it the release runs all the same.
  const known = await releasesOf(ask, environment).catch(() => undefined);
  if (known === undefined) return ask(name, event);
  const following = follow(
    ask,
    { environment, actor, known },
    say,
    () => sleep(LOOK_MS, undefined, { signal }),
    signal,
  );
  try {
    return await ask(name, event);
  } finally {
    end.abort();
    await following;
  }
}

/** Who is logged in here; `cli` when nothing says so. Some containers and jobs have an empty USER. */
export function userName(env: NodeJS.ProcessEnv = process.env): string {
  return env['USER'] || env['LOGNAME'] || env['USERNAME'] || 'cli';
}
