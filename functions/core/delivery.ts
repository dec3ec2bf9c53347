import * as z from 'zod';
import { admit, type Admission, type WorkflowRunEvent } from './admit.ts';
import type { Config } from './config.ts';
import { fail } from './errors.ts';

/** Only what decides; GitHub adds fields at any time. */
const WorkflowRunPayload = z.object({
  action: z.string(),
  repository: z.object({ id: z.number(), full_name: z.string() }),
  workflow_run: z.object({
    id: z.number(),
    run_number: z.number(),
    run_attempt: z.number(),
    status: z.string().nullable(),
    conclusion: z.string().nullable(),
    event: z.string(),
    head_branch: z.string().nullable(),
    head_sha: z.string(),
    head_repository: z.object({ id: z.number() }).nullable(),
    path: z.string(),
    created_at: z.string(),
  }),
  sender: z.object({ login: z.string() }),
}) satisfies z.ZodType<WorkflowRunEvent>;

/**
 * Decides what one delivery of a webhook asks for. `headers` have names in lower case, `payload` is the parsed body, `now` an
 * ISO 8601 time. The signature is not looked at: whoever calls this has verified it. Throws PayloadInvalid when the headers or the
 * body are not those of GitHub; it names the fields, never their values.
 */
export function admitDelivery(
  headers: Readonly<Record<string, string | undefined>>,
  payload: unknown,
  config: Config,
  now: string,
): Admission {
  const [event, delivery] = [headers['x-github-event'], headers['x-github-delivery']];
  if (event === undefined || delivery === undefined)
    throw fail('PayloadInvalid', 'X-GitHub-Event or X-GitHub-Delivery is missing.');
  if (event === 'ping') return { admitted: false, code: 'Ping', reason: 'it is a ping; the webhook works' };
  if (event !== 'workflow_run')
    return { admitted: false, code: 'EventIgnored', reason: `only workflow_run events deploy, not ${event}` };
  const run = WorkflowRunPayload.safeParse(payload);
  if (run.success) return admit(run.data, config, { delivery, now });
  const problems = run.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
  throw fail('PayloadInvalid', `Not a workflow_run payload: ${problems.join('; ')}.`, { problems });
}
