import { beforeEach, describe, expect, test } from 'vitest';
import { requestOf, runOf } from '../../adapters/contract/samples.ts';
import { memoryClock } from '../../adapters/memory/clock.ts';
import { memoryRegistry, type MemoryRegistry } from '../../adapters/memory/registry.ts';
import { PREDICATE_TYPE, type Predicate } from '../../../scanners/verdict/predicate.ts';
import { trustOfKeys } from '../gate/trust.ts';
import type { Config } from '../config.ts';
import { fail } from '../errors.ts';
import { NOT_PLAIN } from '../plain-line.ts';
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
const page = 'https://github.test/runs/1';
/** Gates a request, whose run GitHub has confirmed. */
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
    {
      image: `${image}@${digest}`,
      credential: undefined,
      run: request.run === undefined ? undefined : { ...request.run, url: page },
    },
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

  test('may be among what cannot be read: that is of the gate, so a person may go past it, and only that', async () => {
    const flooded = fail('RegistryAnswerInvalid', 'Its referrers are 10001.', { registry: 'ghcr.io' });
    const bundles = (): Promise<never> => Promise.reject(flooded);
    registry = Object.assign(registry, { bundles });
    const message = expect.stringMatching(
      /^What is attached to .* cannot be read, .*: Its referrers are 10001\. .*between Hawser and ghcr\.io/,
    ) as string;
    await expect(run()).rejects.toMatchObject({ code: 'GateVerdictInvalid', message });
    const byAna = requestOf({
      trigger: 'console',
      revision: first,
      actor: 'ana',
      reason: 'checkout is down',
      breakGlass: true,
    });
    expect(await run(byAna)).toMatchObject({ state: 'bypassed', refusal: { code: 'GateVerdictInvalid' } });
    registry = Object.assign(registry, { bundles: () => Promise.resolve([]), manifest: bundles });
    await expect(run(byAna)).rejects.toMatchObject({ code: 'RegistryAnswerInvalid' });
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

  test('is for no image that is an index itself, whatever the index says that has it', async () => {
    const platform = { os: 'linux', architecture: 'amd64' };
    const [inner, leaf] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
    registry.push(image, 'inner', inner, { kind: 'index', images: [{ digest: leaf, platform }] });
    registry.push(image, first, digest, { kind: 'index', images: [{ digest: inner, platform }] });
    attach({}, [leaf]);
    await expect(run()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: `${image}@${inner} is an index within the index ${digest}.`,
      details: { registry: image.split('/')[0] },
    });
  });

  test('asks once for an image that an index has for several platforms', async () => {
    const leaf = `sha256:${'2'.repeat(64)}`;
    const images = ['v6', 'v7'].map((variant) => ({
      digest: leaf,
      platform: { os: 'linux', architecture: 'arm', variant },
    }));
    registry.push(image, first, digest, { kind: 'index', images });
    attach({}, [leaf]);
    const asked: string[] = [];
    const { manifest } = registry;
    registry.manifest = (name, of, credential, signal) => (asked.push(of), manifest(name, of, credential, signal));
    expect(await run()).toMatchObject({ state: 'accepted' });
    expect(asked).toEqual([digest, leaf]);
  });
});

describe('break-glass', () => {
  const { run: _run, ...rest } = byRun;
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

  test.each<[string, ReleaseRequest, string]>([
    [
      'a webhook',
      { ...byRun, reason: 'x', breakGlass: true },
      'Nobody can deploy past the gate so: trigger: breakGlass is for a person (console) only.',
    ],
    [
      'who gives no reason',
      { ...rest, trigger: 'console', actor: 'ana', breakGlass: true },
      'Nobody can deploy past the gate so: reason: is missing; breakGlass needs it.',
    ],
    [
      'a reason that says nothing',
      { ...byHand, reason: ' - ' },
      `Nobody can deploy past the gate so: reason: ${NOT_PLAIN}.`,
    ],
    [
      'a name that turns the text around it',
      { ...byHand, actor: 'ana\u202e' },
      `Nobody can deploy past the gate so: actor: ${NOT_PLAIN}.`,
    ],
  ])('is not for %s, though the verdict is good', async (_, request, message) => {
    attach();
    await expect(run(request)).rejects.toMatchObject({ code: 'InputInvalid', owner: 'caller', message });
  });

  test('a hint names the page of the run that GitHub gave', async () => {
    attach({ verdict: 'block', blocking: 3 });
    await expect(run()).rejects.toMatchObject({ hint: expect.stringContaining(page) as string });
  });
});
