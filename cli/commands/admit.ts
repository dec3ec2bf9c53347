import type { Admission } from '../../functions/core/admit.ts';
import { admitDelivery } from '../../functions/core/delivery.ts';
import { fail, ReleaseError } from '../../functions/core/errors.ts';
import { isRecord } from '../../functions/core/rollout/field.ts';
import { required, type Command, type Outcome } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { readText } from '../files.ts';
import { printable } from '../text.ts';

/** Whether a saved delivery of GitHub's webhook would be deployed, and where. Looks at no signature, asks nobody, queues nothing. */
export const admitCommand: Command = {
  name: 'admit',
  summary: 'Say whether a saved delivery of the webhook would deploy, and if not, which rule refuses it.',
  positionals: [],
  options: {
    event: { value: 'FILE', isRequired: true, help: 'the payload, as GitHub shows it under Recent Deliveries' },
    headers: { value: 'FILE', isRequired: true, help: 'its headers, a JSON object' },
    config: { value: 'FILE', isRequired: true, help: 'the deploy.yaml to decide by' },
  },
  run: async (input) => {
    const config = await readConfigFile(required(input, 'config'));
    const headers = await readHeaders(required(input, 'headers'));
    const payload = await readJson(required(input, 'event'));
    try {
      return outcomeOf(admitDelivery(headers, payload, config, new Date().toISOString()));
    } catch (error) {
      if (!(error instanceof ReleaseError) || error.code !== 'PayloadInvalid') throw error;
      const { code, message: reason } = error;
      return { json: { admitted: false, code, reason }, text: `${code}: ${reason}`, exit: 2 };
    }
  },
};

function outcomeOf(admission: Admission): Outcome {
  if (!admission.admitted) {
    const { code, reason } = admission;
    return { json: { admitted: false, code, reason }, text: printable(`${code}: ${reason}.`), exit: 0 };
  }
  const [release] = admission.requests;
  const lines = admission.requests.map(
    ({ environment, revision, id }) => `Admitted: ${environment}, ${revision}, as ${id}.`,
  );
  return {
    json: { admitted: true, code: 'Admitted', release, releases: admission.requests },
    text: printable(lines.join('\n')),
    exit: 0,
  };
}

async function readHeaders(path: string): Promise<Record<string, string>> {
  const json = await readJson(path);
  const entries = isRecord(json) ? Object.entries(json) : [];
  if (!isRecord(json) || entries.some(([, value]) => typeof value !== 'string'))
    throw fail('InputInvalid', `${path} is no JSON object of header names and their values.`);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('InputInvalid', `${path} is not JSON.`, {}, error);
  }
}
