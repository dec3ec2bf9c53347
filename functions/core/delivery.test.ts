import { describe, expect, it, test } from 'vitest';
import { admitDelivery } from './delivery.ts';
import { testConfig } from './testing/config.ts';
import { workflowRun } from './testing/workflow-run.ts';

const headers = { 'x-github-event': 'workflow_run', 'x-github-delivery': 'd1' };
const decide = (given: Record<string, string | undefined>, payload: unknown) =>
  admitDelivery(given, payload, testConfig(), '2026-11-24T10:01:00Z');

describe('admitDelivery', () => {
  it('hands a run to the rules, with its delivery and time', () => {
    expect(decide(headers, workflowRun())).toMatchObject({
      admitted: true,
      requests: [{ delivery: 'd1', requestedAt: '2026-11-24T10:01:00Z' }],
    });
    expect(decide(headers, workflowRun({ conclusion: 'failure' }))).toMatchObject({ code: 'RunNotSuccessful' });
  });

  test.each([
    ['ping', 'Ping'],
    ['check_run', 'EventIgnored'],
    ['workflow_run ', 'EventIgnored'],
  ])('does not look into the payload of %j', (event, code) => {
    expect(decide({ ...headers, 'x-github-event': event }, undefined)).toMatchObject({ admitted: false, code });
  });

  test.each([
    ['no event', { ...headers, 'x-github-event': undefined }, workflowRun()],
    ['no delivery', { ...headers, 'x-github-delivery': undefined }, workflowRun()],
    ['nothing', headers, undefined],
    ['a list', headers, [workflowRun()]],
    ['an id that is text', headers, workflowRun({ id: '9001' as unknown as number })],
  ])('refuses %s as no payload of GitHub', (_, given, payload) => {
    expect(() => decide(given, payload)).toThrow(expect.objectContaining({ code: 'PayloadInvalid' }));
  });

  it('names the fields that are wrong, not what is in them', () => {
    const payload = { ...workflowRun({ head_sha: 4 as unknown as string }), sender: { login: ['hunter2'] } };
    expect(() => decide(headers, payload)).toThrow(/workflow_run\.head_sha: .*sender\.login: /);
    expect(() => decide(headers, payload)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  });
});
