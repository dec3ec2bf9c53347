import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { rawConfig } from '../../functions/core/testing/config.ts';
import { SHA, workflowRun } from '../../functions/core/testing/workflow-run.ts';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-admit-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const config = file('deploy.yaml', rawConfig());
const sent = { 'X-GitHub-Event': 'workflow_run', 'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };

/** The arguments for one delivery; each test has files of its own. */
function args(event: unknown, headers: unknown = sent): string[] {
  const name = Math.random().toString(36).slice(2);
  return [
    'admit',
    '--event',
    file(`${name}.json`, event),
    '--headers',
    file(`${name}-headers.json`, headers),
    '--config',
    config,
  ];
}

describe('hawser admit', () => {
  it('admits a green run with GitHub’s own header names, and shows the release', async () => {
    const { status, value } = await inProcess(...args(workflowRun()));
    expect({ status, value }).toMatchObject({
      status: 0,
      value: {
        admitted: true,
        code: 'Admitted',
        release: {
          id: expect.stringMatching(/^rel_/),
          environment: 'production',
          revision: SHA,
          trigger: 'workflow_run',
        },
        releases: [{ environment: 'production' }],
      },
    });
  });

  test.each([
    ['a red run', workflowRun({ conclusion: 'failure' }), sent, 'RunNotSuccessful'],
    ['a fork', workflowRun({ head_repository: { id: 7 } }), sent, 'RunFromFork'],
    ['a ping', { zen: 'Keep it logically awesome.' }, { ...sent, 'X-GitHub-Event': 'ping' }, 'Ping'],
    ['another event', {}, { ...sent, 'x-github-event': undefined, 'X-GitHub-Event': 'push' }, 'EventIgnored'],
  ])('does not admit %s, which is an answer too', async (_, event, headers, code) => {
    const { status, value } = await inProcess(...args(event, headers));
    expect({ status, value }).toEqual({ status: 0, value: { admitted: false, code, reason: expect.any(String) } });
  });

  test.each([
    ['a payload of another shape', { action: 'completed' }, sent],
    ['headers without the event', workflowRun(), { 'X-GitHub-Delivery': '1' }],
  ])('answers 2 to %s', async (_, event, headers) => {
    expect(await inProcess(...args(event, headers))).toMatchObject({
      status: 2,
      value: { admitted: false, code: 'PayloadInvalid' },
    });
  });

  test.each([
    ['an event that is not JSON', '{"action": ', sent, /is not JSON/],
    ['headers that are a list', workflowRun(), [], /no JSON object of header names/],
    ['a header that is no text', workflowRun(), { ...sent, 'X-Hub': 1 }, /no JSON object of header names/],
  ])('answers 2 to %s', async (_, event, headers, message) => {
    const { status, isError, text } = await inProcess(...args(event, headers));
    expect({ status, isError, text }).toEqual({ status: 2, isError: true, text: expect.stringMatching(message) });
  });
});
