import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { reasonOf } from '../invalid.ts';
import { readJson } from './read.ts';
import type { Path, Visitor } from './structure.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function* inChunks(bytes: Uint8Array, sizes: readonly number[] = [64 * 1024]): AsyncGenerator<Uint8Array> {
  for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const whole = (taken: unknown[]): Visitor => ({ enter: () => 'take', take: (_, value) => taken.push(value) });

/** Walks everything and puts it together again from what it is shown. */
function rebuilding(): Visitor & { value(): unknown } {
  const made = new Map<string, unknown>();
  const put = (path: Path, value: unknown): void => {
    made.set(JSON.stringify(path), value);
    const parent = made.get(JSON.stringify(path.slice(0, -1))) as Record<string, unknown> | undefined;
    const at = path.at(-1);
    if (path.length > 0 && parent !== undefined && at !== undefined)
      Object.defineProperty(parent, at, { value, enumerable: true, configurable: true, writable: true });
  };
  return {
    enter(path, kind) {
      put(path, kind === 'array' ? [] : {});
      return 'walk';
    },
    take: put,
    value: () => made.get('[]'),
  };
}

async function reasonFor(bytes: Uint8Array, visitor: Visitor): Promise<string> {
  try {
    await readJson(inChunks(bytes), visitor);
    return 'valid';
  } catch (error) {
    return reasonOf(error) ?? `thrown: ${String(error)}`;
  }
}

/** JSON.parse's opinion; an object with a key twice is left out by the tests that ask for it. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const modes = ['walk', 'take', 'skip'] as const;

/** Texts in quotes: letters of one to four bytes, escapes, halves of pairs, and what four bytes at once may get wrong. */
const quoted = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'é',
        '漢',
        '😀',
        '\u007f',
        '\u0080',
        '\ufeff',
        'x',
        ' ',
        '!',
        '#',
        '[',
        ']',
        'plain text, a bit longer',
      ),
      fc.constantFrom(
        '\\n',
        '\\"',
        '\\\\',
        '\\/',
        '\\u0041',
        '\\u00E9',
        '\\ud83d',
        '\\ude00',
        '\\ud83d\\ude00',
        '\\u0000',
      ),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => `"${pieces.join('')}"`);
const lengthsOfChunks = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });

describe('readJson', () => {
  it('takes a value as JSON.parse reads it, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), lengthsOfChunks, async (text, sizes) => {
        const taken: unknown[] = [];
        await readJson(inChunks(bytesOf(text), sizes), whole(taken));
        expect(taken).toEqual([JSON.parse(text)]);
      }),
    );
  });

  it('reads texts as JSON.parse does, wherever chunks begin', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(quoted, { maxLength: 6 }), lengthsOfChunks, async (texts, lengths) => {
        const text = `{"list":[${texts.join(', ')}]}`;
        const taken: unknown[] = [];
        await readJson(inChunks(bytesOf(text), lengths), whole(taken));
        expect(taken).toEqual([JSON.parse(text)]);
      }),
    );
  });

  it('accepts bytes that are JSON in UTF-8 and no others, taken, walked or skipped', async () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const isValid = (bytes: Uint8Array): boolean => {
      try {
        return isJson(decoder.decode(bytes));
      } catch {
        return false;
      }
    };
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.nat(255), fc.constantFrom(0x1f, 0x20, 0x22, 0x5c, 0x7f, 0x80, 0xc3, 0xed, 0xff)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(quoted, { minLength: 1, maxLength: 4 }),
        fc.array(change, { maxLength: 2 }),
        lengthsOfChunks,
        fc.constantFrom(...modes),
        async (texts, changes, lengths, mode) => {
          const bytes = bytesOf(`[[${texts.join()}]]`);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const visitor: Visitor = { enter: () => mode, take: () => undefined };
          const reason = await readJson(inChunks(bytes, lengths), visitor).then(() => undefined, reasonOf);
          expect([shown(bytes), reason === undefined]).toEqual([shown(bytes), isValid(bytes)]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes of an object no more than the members that are wanted, and checks the others', async () => {
    const taken: unknown[] = [];
    const visitor: Visitor = {
      enter: (path) => (path.length === 0 ? 'walk' : new Set(['a', 'c', '__proto__'])),
      take: (_, value) => taken.push(value),
    };
    const text =
      '[{"b": {"a": 1}, "a": {"b": [{"b": 2}]}, "c": [3], "d": 4}, {"__proto__": 5, "constructor": 6}, [{"b": 7}]]';
    await readJson(inChunks(bytesOf(text)), visitor);
    const own = JSON.parse('{"__proto__": 5}') as unknown;
    expect(taken).toEqual([{ a: { b: [{ b: 2 }] }, c: [3] }, own, [{ b: 7 }]]);
    for (const bad of [
      '[{"b": 1, "b": 2}]',
      '[{"b": {"c": 1, "c": 2}}]',
      '[{"b": [01]}]',
      '[{"b": "\n"}]',
      '[{"a": 1, "a": 2}]',
    ])
      expect(await reasonFor(bytesOf(bad), visitor)).toMatch(/^(?:is not JSON|has a key twice in one object)$/);
  });

  it('shows each member when it walks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), async (text) => {
        const visitor = rebuilding();
        await readJson(inChunks(bytesOf(text), [7]), visitor);
        expect(visitor.value()).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts what JSON.parse accepts and nothing else, taken, walked or skipped', async () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom(
        '',
        ',',
        ':',
        '"',
        '{',
        '}',
        '[',
        ']',
        '0',
        '-',
        'e',
        '.',
        '\\',
        'null',
        'NaN',
        '\u0001',
        ' ',
        'x',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.json({ maxDepth: 3 }),
        fc.array(edit, { maxLength: 3 }),
        fc.constantFrom(...modes),
        async (json, edits, mode) => {
          const text = edits.reduce((so, [at, piece]) => {
            const place = at % (so.length + 1);
            return so.slice(0, place) + piece + so.slice(place + (piece === '' ? 1 : 0));
          }, json);
          const reason = await reasonFor(bytesOf(text), { enter: () => mode, take: () => undefined });
          fc.pre(reason !== 'has a key twice in one object');
          expect([text, reason === 'valid']).toEqual([text, isJson(text)]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['nothing', '', 'is empty'],
    ['blanks', ' \n', 'is empty'],
    ['a list that is cut off', '[1, 2', 'is cut off'],
    ['a text that is cut off', '["ab', 'is cut off'],
    ['a number that may go on', '[1', 'is cut off'],
    ['a word that is cut off', '[nul', 'is cut off'],
    ['HTML', '<!doctype html>', 'is not JSON'],
    ['two values', '[]\n[]', 'is not JSON: more follows after its end'],
    ['a byte order mark', '\ufeff[]', 'is not JSON: it begins with a byte order mark'],
    ['a comma too many', '[1,]', 'is not JSON'],
    ['a bracket of the other kind', '[}', 'is not JSON'],
    ['a key twice', '{"a": 1, "a": 2}', 'has a key twice in one object'],
    ['a key twice, once escaped', '{"a": 1, "\\u0061": 2}', 'has a key twice in one object'],
    ['NaN', '[NaN]', 'is not JSON'],
  ])('refuses %s', async (_, text, reason) => {
    for (const mode of modes)
      expect(await reasonFor(bytesOf(text), { enter: () => mode, take: () => undefined })).toBe(reason);
  });

  it('refuses what is not UTF-8', async () => {
    const bytes = Uint8Array.from([0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]);
    for (const mode of modes)
      expect(await reasonFor(bytes, { enter: () => mode, take: () => undefined })).toBe('is not JSON');
  });

  it('reads nesting up to its limit, and no deeper', async () => {
    const nested = (depth: number): Uint8Array => bytesOf('['.repeat(depth) + ']'.repeat(depth));
    for (const mode of modes) {
      const visitor: Visitor = { enter: () => mode, take: () => undefined };
      expect(await reasonFor(nested(100), visitor)).toBe('valid');
      expect(await reasonFor(nested(101), visitor)).toBe('is nested deeper than 100');
      expect(await reasonFor(nested(1_000_000), visitor)).toBe('is nested deeper than 100');
    }
  });

  it('takes no piece and no text beyond 8 MiB, but walks as many as there are', async () => {
    const piece = `"${'x'.repeat(1024 * 1024)}"`;
    const list = bytesOf(`[${Array.from({ length: 9 }, () => piece).join(',')}]`);
    expect(await reasonFor(list, whole([]))).toBe('holds a piece of more than 8388608 bytes');
    expect(await reasonFor(list, { enter: () => 'walk', take: () => undefined })).toBe('valid');
    const text = bytesOf(`["${'x'.repeat(9 * 1024 * 1024)}"]`);
    expect(await reasonFor(text, { enter: () => 'skip', take: () => undefined })).toBe(
      'holds a text of more than 8388608 bytes',
    );
  });

  it('counts of an object of which some is taken no more than that', async () => {
    const piece = JSON.stringify('x'.repeat(1024 * 1024));
    const pieces = Array.from({ length: 9 }, () => piece).join(',');
    const visitor: Visitor = {
      enter: (path) => (path.length === 0 ? 'walk' : new Set(['a', 'z'])),
      take: () => undefined,
    };
    const many = Array.from({ length: 9 }, (_, at) => `"s${at}": ${piece}`).join(',');
    const large = 'holds a piece of more than 8388608 bytes';
    for (const [members, reason] of [
      [`"a": 1, ${many}, "z": 2`, 'valid'],
      [`"a": [1], "s": [${pieces}], "z": {"y": 2}`, 'valid'],
      [`"s": {"t": [${pieces}]}`, 'valid'],
      [`"a": [${pieces}], "s": 1`, large],
      [`"s": [${pieces}], "z": [${pieces}]`, large],
      [
        `"a": [${piece},${piece},${piece},${piece},${piece}], "s": 1, "z": [${piece},${piece},${piece},${piece},1]`,
        large,
      ],
    ] as const)
      expect(await reasonFor(bytesOf(`[{${members}}]`), visitor)).toBe(reason);
  });

  it('finds a key that is there twice among many, and only in its own object', async () => {
    const keys = Array.from({ length: 2_000 }, (_, at) => `"key ${at}": ${at % 7 === 0 ? `{"key ${at}": {}}` : at}`);
    for (const mode of modes) {
      const visitor: Visitor = { enter: () => mode, take: () => undefined };
      expect(await reasonFor(bytesOf(`{${keys.join()}}`), visitor)).toBe('valid');
      for (const at of [0, 15, 16, 17, 1_999])
        expect(await reasonFor(bytesOf(`{${keys.join()}, "key ${at}": 1}`), visitor)).toBe(
          'has a key twice in one object',
        );
    }
  });

  it('holds no more than 8 MiB of keys', async () => {
    const long = 'x'.repeat(1024 * 1024);
    const text = (count: number): Uint8Array =>
      bytesOf(`[{}, {${Array.from({ length: count }, (_, at) => `"${at}${long}": 1`).join()}}]`);
    const visitor: Visitor = { enter: () => 'skip', take: () => undefined };
    expect(await reasonFor(text(7), visitor)).toBe('valid');
    expect(await reasonFor(text(8), visitor)).toBe('holds objects with keys of more than 8388608 characters');
  });

  it('takes __proto__ and constructor for keys like others', async () => {
    const taken: unknown[] = [];
    await readJson(inChunks(bytesOf('{"__proto__": {"polluted": true}, "constructor": 1}')), whole(taken));
    expect(Object.keys(taken[0] as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('throws what the visitor throws, as it is', async () => {
    const mine = new Error('mine');
    const visitor: Visitor = {
      enter: () => {
        throw mine;
      },
      take: () => undefined,
    };
    await expect(readJson(inChunks(bytesOf('[]')), visitor)).rejects.toBe(mine);
  });

  it('tells where it is', async () => {
    const seen: string[] = [];
    const note = (path: Path): void => void seen.push(path.join('/'));
    await readJson(inChunks(bytesOf('{"a": [{"b": 1}, [2]], "c": {"d": []}}')), {
      enter: (path) => (note(path), path.join('/') === 'c' ? 'take' : 'walk'),
      take: (path) => note(path),
      leave: (path) => seen.push(`end ${path.join('/')}`),
    });
    expect(seen).toEqual(['', 'a', 'a/0', 'a/0/b', 'end a/0', 'a/1', 'a/1/0', 'end a/1', 'end a', 'c', 'c', 'end ']);
  });
});
