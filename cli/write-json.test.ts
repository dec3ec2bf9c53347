import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPieces, writeJson } from './write-json.ts';

const long = (length: number): unknown[] => Array.from({ length }, (_, at) => ({ at, list: [at, { text: 'a\n"b"' }] }));

describe('jsonPieces', () => {
  it('are together what JSON.stringify gives', () => {
    const some = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.date({ noInvalidDate: true }));
    const many = fc.tuple(fc.array(some, { maxLength: 3 }), fc.integer({ min: 0, max: 450 }));
    const list = many.map(([values, length]) => Array.from({ length }, (_, at) => values[at % (values.length || 1)]));
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.oneof(some, list), { noNullPrototype: true })),
        (value) => {
          expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value, null, 2));
        },
      ),
    );
  });

  it('are many for long lists', () => {
    const value = { ok: true, first: long(1_000), none: [], second: long(401), last: undefined };
    const pieces = [...jsonPieces(value)];
    expect(pieces.join('')).toBe(JSON.stringify(value, null, 2));
    expect(pieces.length).toBeGreaterThan(8);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(pieces.join('').length / 4);
  });
});

describe('writeJson', () => {
  it('gives a slow reader no more than it takes', async () => {
    let [text, most] = ['', 0];
    const slow = new Writable({
      decodeStrings: false,
      write: (piece: string, _, done) => {
        most = Math.max(most, slow.writableLength);
        text += piece;
        setImmediate(done);
      },
    });
    const value = { findings: long(5_000) };
    await writeJson(slow, value);
    slow.end();
    await finished(slow);
    expect(text).toBe(`${JSON.stringify(value, null, 2)}\n`);
    expect(most).toBeLessThan(text.length / 4);
  });

  it.each([
    ['EPIPE', undefined],
    ['ENOSPC', 'ENOSPC'],
  ])('ends when its reader is gone, and hides no other trouble (%s)', async (code, trouble) => {
    const gone = new Writable({ write: (_, __, done) => setImmediate(done, Object.assign(new Error(code), { code })) });
    gone.on('error', () => undefined);
    const failed = writeJson(gone, { findings: long(5_000) }).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(await failed).toBe(trouble);
  });
});
