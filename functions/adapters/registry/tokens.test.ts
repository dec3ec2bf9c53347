import { beforeEach, describe, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../memory/clock.ts';
import { openConnection, type Connection } from './connection.ts';
import type { Token } from './token.ts';
import { tokenStore, type Tokens } from './tokens.ts';

const url = new URL('https://a.test/token?scope=one');
const other = new URL('https://a.test/token?scope=other');
const forever = new AbortController().signal;

let clock: MemoryClock;
let tokens: Tokens;
let exchanged: number;
beforeEach(() => {
  clock = memoryClock('2026-01-01T00:00:00Z');
  tokens = tokenStore(clock);
  exchanged = 0;
});

const connect = (image = 'a.test/acme/shop', password: string | null = 'one', signal = forever): Connection =>
  openConnection(
    { clock, secret: 's', actions: 'pull', tokens },
    image,
    password === null ? undefined : { username: 'node', password },
    signal,
  );
const tokenOf = (seconds: number): Token => ({
  header: `Bearer ${++exchanged}`,
  until: clock.now().getTime() + seconds * 1_000,
});
const exchange =
  (seconds = 60) =>
  () =>
    Promise.resolve(tokenOf(seconds));
const obtain = (connection = connect(), refused?: string, at = url): Promise<string> =>
  tokens.obtain(connection, at, refused, exchange());

describe('what is kept', () => {
  test('serves until it ends, and not a moment longer', async () => {
    expect(tokens.kept(connect())).toBeUndefined();
    expect(await obtain()).toBe('Bearer 1');
    await clock.advance(59_999);
    expect([tokens.kept(connect()), await obtain()]).toEqual(['Bearer 1', 'Bearer 1']);
    await clock.advance(1);
    expect([tokens.kept(connect()), await obtain()]).toEqual([undefined, 'Bearer 2']);
  });

  test('is for nobody else: not for another password, repository, registry, right, or for nobody', async () => {
    await obtain();
    const pusher = openConnection(
      { clock, secret: 's', actions: 'pull,push', tokens },
      'a.test/acme/shop',
      { username: 'node', password: 'one' },
      forever,
    );
    const strangers = [
      connect('a.test/acme/shop', 'two'),
      connect('a.test/acme/shop', null),
      connect('a.test/acme/other'),
      connect('b.test/acme/shop'),
      connect('a.test:444/acme/shop'),
      pusher,
    ];
    for (const one of strangers) expect(tokens.kept(one)).toBeUndefined();
    const headers = new Set(await Promise.all(strangers.map((one) => obtain(one))));
    expect(headers.size).toBe(strangers.length);
    expect(tokens.kept(connect())).toBe('Bearer 1');
  });

  test('name and password are told apart, wherever one ends and the other begins', () => {
    const identities = [
      { username: 'a', password: 'b","c' },
      { username: 'a","b', password: 'c' },
      { username: 'ab', password: 'c' },
      { username: 'a', password: 'bc' },
    ].map(
      (credential) =>
        openConnection({ clock, secret: 's', actions: 'pull', tokens }, 'a.test/b', credential, forever).identity,
    );
    expect(new Set(identities).size).toBe(identities.length);
  });

  test('is another one for another scope or token service', async () => {
    expect([await obtain(), await obtain(connect(), undefined, other)]).toEqual(['Bearer 1', 'Bearer 2']);
  });

  test('is not what the registry has refused', async () => {
    await obtain();
    expect(await obtain(connect(), 'Bearer 1')).toBe('Bearer 2');
    // Who was refused the old one too, but later, gets the new one.
    expect(await obtain(connect(), 'Bearer 1')).toBe('Bearer 2');
    tokens.forget(connect(), 'Bearer 1');
    expect(tokens.kept(connect())).toBe('Bearer 2');
    tokens.forget(connect(), 'Bearer 2');
    expect(tokens.kept(connect())).toBeUndefined();
  });

  test('is sixteen at most, the oldest one goes', async () => {
    const images = Array.from({ length: 17 }, (_, nth) => `a.test/acme/shop-${nth}`);
    for (const image of images) await obtain(connect(image));
    expect(images.map((image) => tokens.kept(connect(image)) !== undefined)).toEqual([
      false,
      ...Array.from({ length: 16 }, () => true),
    ]);
  });

  test('is nothing of a token that lives for its caller only', async () => {
    expect(await tokens.obtain(connect(), url, undefined, exchange(0))).toBe('Bearer 1');
    expect(tokens.kept(connect())).toBeUndefined();
    // Nor does it take the place of another one.
    const images = Array.from({ length: 16 }, (_, nth) => `a.test/acme/shop-${nth}`);
    for (const image of images) await obtain(connect(image));
    await tokens.obtain(connect(), url, undefined, exchange(0));
    expect(tokens.kept(connect('a.test/acme/shop-0'))).toBe('Bearer 2');
  });
});

describe('at the same time', () => {
  /** An exchange that ends when it is told to. */
  const pending = () => {
    const { promise, resolve, reject } = Promise.withResolvers<Token>();
    return {
      run: () => promise,
      end: (seconds = 60) => resolve(tokenOf(seconds)),
      fail: () => reject(new Error('429')),
    };
  };

  test.each([60, 0])('all get the token of one exchange, be it good for %i s', async (seconds) => {
    const one = pending();
    const first = tokens.obtain(connect(), url, undefined, one.run);
    const others = [1, 2, 3].map(() => obtain());
    one.end(seconds);
    expect(await Promise.all([first, ...others])).toEqual(Array.from({ length: 4 }, () => 'Bearer 1'));
    expect(await obtain()).toBe(seconds === 0 ? 'Bearer 2' : 'Bearer 1');
  });

  test('who was refused the token that another gets now makes an exchange of its own', async () => {
    const one = pending();
    const first = tokens.obtain(connect(), url, undefined, one.run);
    const second = obtain(connect(), 'Bearer 1');
    one.end();
    expect([await first, await second]).toEqual(['Bearer 1', 'Bearer 2']);
  });

  test('another credential, repository and scope wait for nobody', async () => {
    const one = pending();
    const first = tokens.obtain(connect(), url, undefined, one.run);
    await obtain(connect('a.test/acme/shop', 'two'));
    await obtain(connect('a.test/acme/other'));
    await obtain(connect(), undefined, other);
    one.end();
    expect(await first).toBe('Bearer 4');
  });

  test('one whose own time ends waits no longer, and one that fails takes nobody along', async () => {
    const one = pending();
    const [time, reason] = [new AbortController(), new Error('the time is up')];
    const first = tokens.obtain(connect(), url, undefined, one.run);
    const hurried = obtain(connect('a.test/acme/shop', 'one', time.signal));
    const patient = obtain();
    time.abort(reason);
    await expect(hurried).rejects.toBe(reason);
    one.fail();
    await expect(first).rejects.toThrow('429');
    expect(await patient).toBe('Bearer 1');
    expect(tokens.kept(connect())).toBe('Bearer 1');
  });
});
