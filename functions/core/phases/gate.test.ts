import { beforeEach, describe, expect, test } from 'vitest';
import { requestOf, runOf } from '../../adapters/contract/samples.ts';
import { memoryClock } from '../../adapters/memory/clock.ts';
import { memoryRegistry, type MemoryRegistry } from '../../adapters/memory/registry.ts';
import { PREDICATE_TYPE, type Predicate } from '../../../scanners/verdict/predicate.ts';
import { trustOfKeys } from '../gate/trust.ts';
import type { Config } from '../config.ts';
import type { ReleaseRequest } from '../release.ts';
import { testConfig } from '../testing/config.ts';
import { POLICY, signedVerdict, testPredicate } from '../testing/verdict.ts';
import { gate } from './gate.ts';

const { app, gate: settings } = testConfig();
const { source, image } = app;
const digest = `sha256:${'d1'.repeat(32)}`;
const first = 'a'.repeat(40);

let registry: MemoryRegistry;
beforeEach(() => {
  registry = memoryRegistry();
  registry.push(image, first, digest);
});

const byRun = requestOf({ revision: first, run: runOf(1) });
const run = (request: ReleaseRequest = byRun, change: Partial<Config['gate']> = {}) =>
  gate(
    {
      registry,
      clock: memoryClock('2026-11-24T10:00:00Z'),
      gateRules: {
        source,
        gate: { ...settings, ...change },
        policies: [POLICY],
        trust: trustOfKeys(settings.keys),
      },
    },
    request,
    { image: `${image}@${digest}`, credential: undefined },
    new AbortController().signal,
  );
const attach = (change: Partial<Predicate> = {}, configs = [digest]): void => {
  const predicate = testPredicate({ revision: first, run: runOf(1).id, configs }, change);
  registry.attach(image, digest, signedVerdict(image, digest, predicate), PREDICATE_TYPE);
};

describe('the verdict', () => {
  test('is accepted, and what it rests on is told', async () => {
    attach();
    expect(await run()).toMatchObject({ state: 'accepted', policy: POLICY });
  });

  test('is missing, or is not accepted', async () => {
    await expect(run()).rejects.toMatchObject({ code: 'GateMissing', owner: 'change' });
    attach({ verdict: 'block', blocking: 3 });
    await expect(run()).rejects.toMatchObject({ code: 'GateBlocked' });
  });

  test('must be on every image of an index', async () => {
    const images = ['amd64', 'arm64'].map((architecture, nth) => ({
      digest: `sha256:${String(nth).repeat(64)}`,
      platform: { os: 'linux', architecture },
    }));
    for (const one of images) registry.push(image, one.platform.architecture, one.digest);
    registry.push(image, first, digest, { kind: 'index', images });
    attach({}, [images[0]?.digest ?? '']);
    await expect(run()).rejects.toMatchObject({ code: 'GateScanMismatch' });
    attach(
      { decidedAt: '2026-11-24T09:59:30Z' },
      images.map((one) => one.digest),
    );
    expect(await run()).toMatchObject({ state: 'accepted' });
  });
});

describe('break-glass', () => {
  const { run: _, ...rest } = byRun;
  const byHand: ReleaseRequest = {
    ...rest,
    trigger: 'console',
    actor: 'ana',
    reason: 'Checkout is down',
    breakGlass: true,
  };

  test('a person goes past the gate, which says what it would have said', async () => {
    expect(await run(byHand)).toEqual({
      state: 'bypassed',
      by: 'ana',
      reason: 'Checkout is down',
      refusal: { code: 'GateMissing', message: `${image}@${digest.slice(0, 19)}… has no verdict.` },
    });
  });

  test('is not needed for what the gate accepts', async () => {
    attach();
    expect(await run(byHand)).toMatchObject({ state: 'accepted' });
  });

  test('can be switched off: then even what the gate accepts is not deployed so', async () => {
    attach();
    await expect(run(byHand, { breakGlass: 'forbid' })).rejects.toMatchObject({ code: 'BreakGlassForbidden' });
  });

  test('opens nothing else: the registry’s no is one', async () => {
    registry = memoryRegistry({ username: 'acme', password: 'the-password-of-acme' });
    await expect(run(byHand)).rejects.toMatchObject({ code: 'ImagePullDenied' });
  });

  test('is not for a webhook, whatever its request says', async () => {
    await expect(run({ ...byRun, breakGlass: true })).rejects.toMatchObject({ code: 'GateMissing' });
  });
});
