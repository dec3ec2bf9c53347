import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { rawConfig } from '../../functions/core/testing/config.ts';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-health-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'shop', generation: 1 },
  spec: { replicas: 3 },
  status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 2 },
};
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop' },
  spec: { storageClassName: 'lazy' },
  status: { phase: 'Pending' },
};
const lazy = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'lazy' },
  volumeBindingMode: 'WaitForFirstConsumer',
};

describe('hawser health', () => {
  it('answers for one object, by its ref', async () => {
    expect(await inProcess('health', file('one.json', deployment))).toMatchObject({
      status: 0,
      value: [
        {
          ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop' },
          status: 'Progressing',
          reason: 'ReplicasNotAvailable',
          message: '2 of 3 replicas are available.',
        },
      ],
    });
  });

  test.each([
    ['a List', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [claim, lazy] })],
    ['several documents', `${JSON.stringify(claim)}\n---\n${JSON.stringify(lazy)}\n`],
  ])('takes %s, and tells each object by the others', async (name, text) => {
    const { value } = await inProcess('health', file(`${name}.yaml`, text));
    expect(value).toEqual([
      expect.objectContaining({ status: 'Healthy', reason: 'WaitForFirstConsumer' }),
      {
        ref: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name: 'lazy' },
        status: 'Healthy',
        reason: 'Exists',
        message: expect.any(String),
      },
    ]);
  });

  it('is 0 when something is Degraded: that is an answer too', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shop' },
      status: { phase: 'Failed', reason: 'Evicted' },
    };
    expect(await inProcess('health', file('pod.yaml', pod))).toMatchObject({
      status: 0,
      value: [{ status: 'Degraded' }],
    });
  });

  it('shows a table otherwise, without what would act on the terminal', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'shop' },
      status: { phase: 'Failed', message: 'bad \u001b[31mred' },
    };
    const { text } = await inProcess('health', file('table.yaml', pod));
    expect(text.split('\n')).toEqual([
      'STATUS    OBJECT    REASON     MESSAGE',
      'Degraded  Pod shop  PodFailed  The Pod failed: bad \ufffd[31mred.',
    ]);
  });

  it('goes by the rules of a deploy.yaml', async () => {
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'shop' },
      status: { colour: 'red' },
    };
    const rule = {
      group: 'example.com',
      kind: 'Widget',
      cases: [{ when: { path: 'status.colour', is: 'red' }, status: 'Degraded', reason: 'Red' }],
    };
    const config = file('deploy.yaml', { ...rawConfig(), health: [rule] });
    const path = file('widget.yaml', widget);
    expect(await inProcess('health', path)).toMatchObject({ value: [{ status: 'Healthy' }] });
    expect(await inProcess('health', path, '--config', config)).toMatchObject({
      value: [{ status: 'Degraded', reason: 'Red' }],
    });
    const wrong = file('wrong.yaml', { ...rawConfig(), health: [{ ...rule, cases: [] }] });
    expect(await inProcess('health', path, '--config', wrong)).toMatchObject({
      status: 2,
      text: expect.stringContaining('health.0.cases'),
    });
  });

  test.each([
    ['no file', 'none.yaml', undefined, 'there is no such file'],
    ['no objects', 'text.yaml', 'just text', 'no objects of Kubernetes'],
    ['broken YAML', 'broken.yaml', 'a: [', 'broken.yaml'],
  ])('is bad input: %s', async (_name, path, text, message) => {
    const found = await inProcess('health', text === undefined ? join(folder, path) : file(path, text));
    expect(found).toMatchObject({ status: 2, isError: true, text: expect.stringContaining(message) });
  });
});
