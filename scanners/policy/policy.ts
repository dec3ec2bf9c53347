import { createHash } from 'node:crypto';
import { fail } from '../../functions/core/errors.ts';
import { canonical } from './canonical.ts';
import { documentFault, readDocument, type Source } from './document.ts';
import { Policy, WaiverFile } from './schema.ts';

export type { Policy } from './schema.ts';

/** Without a policy: any secret blocks, and what is high or critical. It expects no particular tools. */
export const defaultPolicy: Policy = Policy.parse({ version: 1 });

/**
 * Reads a policy, and files with further waivers. Throws PolicyInvalid with every problem of all of them: file, line, path and what
 * was expected.
 */
export function readPolicy(
  file: string,
  text: string,
  waiverFiles: readonly Source[] = [],
): { policy: Policy; digest: string } {
  const read = readDocument({ file, text }, Policy);
  const more = waiverFiles.map((source) => readDocument(source, WaiverFile));
  const found = [...read.problems, ...more.flatMap((one) => one.problems)];
  if (read.value === undefined || found.length > 0) {
    const { message, problems } = documentFault(file, found);
    throw fail('PolicyInvalid', message, { source: file, problems });
  }
  const policy = {
    ...read.value,
    waivers: [...read.value.waivers, ...more.flatMap(({ value }) => value?.waivers ?? [])],
  };
  return { policy, digest: digestOf(policy) };
}

/** The policy for the reports of these tools alone. It is another one, with another digest: its verdict is none on all reports. */
export function policyFor(policy: Policy, tools: readonly string[]): Policy {
  return {
    ...policy,
    tools: Object.fromEntries(Object.entries(policy.tools).filter(([tool]) => tools.includes(tool))),
  };
}

/** `sha256:…` of what the policy says, waivers included; comments, order and defaults that are written out do not change it. */
export function digestOf(policy: Policy): string {
  const { waivers, ...rest } = policy;
  const sorted = waivers.map(canonical).toSorted();
  return `sha256:${createHash('sha256')
    .update(`${canonical(rest)}[${sorted.join()}]`)
    .digest('hex')}`;
}
