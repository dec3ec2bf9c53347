import { describe, expect, it, test } from 'vitest';
import { ReleaseError } from '../../functions/core/errors.ts';
import { matchesGlob } from './glob.ts';
import { instantOf } from './instant.ts';
import { defaultPolicy, readPolicy } from './policy.ts';
import { parsePurl } from './purl.ts';

const file = 'scanners/policy.yaml';
const problemsOf = (text: string, more: { file: string; text: string }[] = []): readonly string[] => {
  try {
    readPolicy(file, text, more);
  } catch (error) {
    if (error instanceof ReleaseError && error.code === 'PolicyInvalid') return error.details['problems'] as string[];
    throw error;
  }
  return [];
};
const waiver = (fields: string): string => `version: 1\nwaivers:\n  - { owner: ada, reason: ok, ${fields} }\n`;

describe('readPolicy', () => {
  it('takes the defaults for what is not there', () => {
    expect(readPolicy(file, 'version: 1').policy).toEqual(defaultPolicy);
  });

  it('tells every problem at once, with file, line, path and what was expected', () => {
    const text = `version: 2
categories:
  secret: { block: high }
  vulnerability:
    block: high
    unfixed: medium
  colour: blue
waivers:
  - id: CVE-2026-1
    owner: " "
    expires: 2026-02-30
  - owner: ada
    reason: ok
    expires: tomorrow
`;
    expect(problemsOf(text)).toEqual([
      `${file}:1: version: Invalid input: expected 1`,
      `${file}:3: categories.secret.block: Invalid input: expected "any"`,
      `${file}:6: categories.vulnerability.unfixed: expected the severity of block or a higher one: what has no fix cannot count for more`,
      `${file}:7: categories.colour: unknown key`,
      `${file}:10: waivers[0].owner: expected some text`,
      expect.stringMatching(/^scanners\/policy\.yaml:9: waivers\[0\]\.reason: Invalid input: expected string/),
      expect.stringMatching(/^scanners\/policy\.yaml:11: waivers\[0\]\.expires: expected a date such as/),
      expect.stringMatching(/^scanners\/policy\.yaml:14: waivers\[1\]\.expires: expected a date such as/),
      `${file}:12: waivers[1]: expected id, fingerprint or both`,
    ]);
  });

  // prettier-ignore
  test.each([
    ['no id and no fingerprint', 'expires: 2027-01-01', /expected id, fingerprint or both/],
    ['a secret without fingerprint', 'id: github-pat, category: secret, expires: 2027-01-01', /fingerprint: expected the fingerprint of the secret/],
    ['no end', 'id: x', /expires/],
    ['an end before its creation', 'id: x, created: 2027-01-02, expires: 2027-01-01', /expires: expected a time after created/],
    ['a time without zone', 'id: x, expires: "2027-01-01T10:00:00"', /expires: expected a date/],
    ['an id of several words', 'id: CVE 1, expires: 2027-01-01', /id: expected an id without spaces/],
    ['a package URL that is none', 'id: x, purl: lodash, expires: 2027-01-01', /purl: expected a package URL/],
    ['a package URL with qualifiers', 'id: x, purl: "pkg:deb/debian/a?arch=b", expires: 2027-01-01', /purl: expected a package URL without/],
    ['an unknown key', 'id: x, expiry: 2027-01-01, expires: 2027-01-01', /expiry: unknown key/],
  ])('refuses a waiver with %s', (_, fields, message) => {
    expect(problemsOf(waiver(fields)).join('\n')).toMatch(message);
  });

  it.each(['', '[]', 'version: 1\n---\nversion: 1', 'version: 1\nversion: 1', 'version: 1\ntools: { Trivy: {} }'])(
    'refuses %j',
    (text) => {
      expect(problemsOf(text).length).toBeGreaterThan(0);
    },
  );

  it('takes waivers from files of their own, and names the file of what is wrong', () => {
    const more = [{ file: 'waivers.yaml', text: waiver('id: x, expires: 2027-01-01') }];
    expect(readPolicy(file, 'version: 1', more).policy.waivers).toHaveLength(1);
    expect(problemsOf('version: 3', [{ file: 'waivers.yaml', text: waiver('id: x') }])).toEqual([
      expect.stringMatching(/^scanners\/policy\.yaml:1: version/),
      expect.stringMatching(/^waivers\.yaml:3: waivers\[0\]\.expires/),
    ]);
    expect(problemsOf('version: 1', [{ file: 'waivers.yaml', text: 'version: 1\neol: warn' }])).toEqual([
      'waivers.yaml:2: eol: unknown key',
    ]);
  });
});

describe('the digest', () => {
  const digest = (text: string, more: { file: string; text: string }[] = []): string =>
    readPolicy(file, text, more).digest;
  const [a, b] = ['id: a, expires: 2027-01-01', 'id: b, expires: 2027-01-01'].map(
    (fields) => `  - { owner: ada, reason: ok, ${fields} }\n`,
  );

  it('is of what the policy says, not of how it is written', () => {
    expect(digest('# comment\n{ eol: warn, version: 1 }')).toBe(digest('version: 1'));
    expect(digest(`version: 1\nwaivers:\n${a}${b}`)).toBe(digest(`version: 1\nwaivers:\n${b}${a}`));
    expect(digest('version: 1', [{ file: 'w', text: `version: 1\nwaivers:\n${a}` }])).toBe(
      digest(`version: 1\nwaivers:\n${a}`),
    );
  });

  it('changes with every setting and waiver', () => {
    const texts = [
      'version: 1',
      'version: 1\neol: block',
      `version: 1\nwaivers:\n${a}`,
      `version: 1\nwaivers:\n${b}`,
      `version: 1\nwaivers:\n${a}${b}`,
      `version: 1\nwaivers:\n${a}${a}`,
      'version: 1\ntools: { trivy: {} }',
    ];
    expect(new Set(texts.map((text) => digest(text))).size).toBe(texts.length);
    expect(digest('version: 1')).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});

// prettier-ignore
test.each([
  ['2026-12-01', '2026-12-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-12-01T23:59:59.999999999Z', '2026-12-01T23:59:59.999Z'],
  ['2026-12-01T00:00:00+14:00', '2026-11-30T10:00:00.000Z'],
  ['2026-02-29', undefined], ['2026-13-01', undefined], ['2026-12-1', undefined], ['2026-12-01T24:00:00Z', undefined],
  ['2026-12-01T10:00:00', undefined], ['2026-12-01 10:00:00Z', undefined], ['2026-12-01T10:00:60Z', undefined],
  ['2026-02-30T10:00:00Z', undefined], ['', undefined], [' 2026-12-01', undefined], ['20261201', undefined],
])('%j is the instant %s', (text, instant) => {
  const ms = instantOf(text);
  expect(ms === undefined ? undefined : new Date(ms).toISOString()).toBe(instant);
});

// prettier-ignore
test.each([
  ['a.ts', 'a.ts', true], ['a.ts', 'b/a.ts', false], ['*.ts', 'a.ts', true], ['*.ts', 'b/a.ts', false], ['*', '', true],
  ['**/*.ts', 'a.ts', true], ['**/*.ts', 'b/c/a.ts', true], ['b/**', 'b/c/a.ts', true], ['b/**', 'b', false], ['b/**', 'bc/a', false],
  ['b/**/a.ts', 'b/a.ts', true], ['b/**/a.ts', 'b/c/d/a.ts', true], ['b/**/a.ts', 'b/ca.ts', false], ['b/**/a.ts', 'bx/a.ts', false],
  ['?.ts', 'a.ts', true], ['?.ts', '/.ts', false], ['a?', 'a', false], ['**', 'a/b', true], ['a.b', 'axb', false], ['[a]', 'a', false],
  ['a*b*c', 'axxbxxc', true], ['a*b*c', 'axxb', false], ['a*', 'a/b', false], ['x**/a', 'xy/z/a', true], ['*/a', '/a', true],
])('the pattern %j and the path %j: %s', (pattern, path, fits) => {
  expect(matchesGlob(pattern, path)).toBe(fits);
});

test('a pattern of many stars takes no time to speak of', () => {
  expect(matchesGlob('*a'.repeat(100), 'a'.repeat(3000) + 'b')).toBe(false);
});

// prettier-ignore
test.each([
  ['pkg:npm/lodash@4.17.20', 'npm/lodash', '4.17.20'],
  ['pkg:npm/%40acme/a@1', 'npm/@acme/a', '1'],
  ['pkg:npm/@acme/a@1', 'npm/@acme/a', '1'],
  ['pkg:npm/@acme/a', 'npm/@acme/a', undefined],
  ['pkg://PyPI/Foo_Bar.x@1', 'pypi/foo-bar-x', '1'],
  ['pkg:maven/org.Acme/A@1?type=jar#x', 'maven/org.Acme/A', '1'],
  ['pkg:deb/debian/a@1%3A2.0%2Bb', 'deb/debian/a', '1:2.0+b'],
  ['pkg:oci/shop@sha256:ab', 'oci/shop', 'sha256:ab'],
  ['pkg:npm/a@%zz', 'npm/a', '%zz'],
])('%s is %s of version %s', (text, base, version) => {
  expect(parsePurl(text)).toMatchObject({ base, ...(version === undefined ? {} : { version }) });
  expect(parsePurl(text)?.version).toBe(version);
});

test.each(['lodash', 'pkg:npm', 'pkg:', 'pkg:npm//a', 'https://example.com/a@1', ''])(
  '%j is no package URL',
  (text) => {
    expect(parsePurl(text)).toBeUndefined();
  },
);
