import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLog } from './log.ts';
import { redactor } from './redact.ts';

describe('redactor', () => {
  it('hides a learned secret as it is, in base64, and inside JSON', () => {
    const redact = redactor();
    redact.learn(JSON.stringify({ username: 'acme-bot', password: 's3cr3t-value' }));
    const text = `login s3cr3t-value ${Buffer.from('s3cr3t-value').toString('base64')}`;
    expect(redact.text(text)).toBe('login [redacted] [redacted]');
  });

  it('hides the values of a kubeconfig', () => {
    const redact = redactor();
    redact.learn('users:\n- name: default\n  user:\n    token: abcdefghijklmnopqrstuvwxyz0123\n');
    expect(redact.text('sent abcdefghijklmnopqrstuvwxyz0123')).toBe('sent [redacted]');
  });

  it.each([
    `ghp_${'a1'.repeat(20)}`,
    'Bearer abc.def-ghi_jkl',
    `sha256=${'ab'.repeat(32)}`,
    '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----',
    'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
    'https://user:hunter22@registry.test/v2',
    'AKIAIOSFODNN7EXAMPLE',
  ])('hides what looks like a secret: %s', (secret) => {
    const shown = redactor().text(`before ${secret} after`);
    expect(shown).not.toContain(secret);
    expect(shown).toMatch(/^before .*\[redacted/s);
  });

  it('lets no learned secret through any value, in any place of it', () => {
    const secret = fc
      .string({ minLength: 6, unit: 'grapheme-ascii' })
      .filter((text) => text.trim().length >= 6 && !'[redacted]'.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), (hidden, around) => {
        const redact = redactor();
        redact.learn(hidden);
        const shown = redact.value({ list: [{ [`k${around}`]: `${around}${hidden}${around}` }] });
        expect(Object.values(shown.list[0] ?? {})[0]).not.toContain(hidden);
      }),
    );
  });
});

describe('jsonLog', () => {
  it('writes one line of JSON, redacted', () => {
    const lines: string[] = [];
    const redact = redactor();
    redact.learn('top-secret-token');
    jsonLog((line) => lines.push(line), redact, { function: 'deploy' }).warn('phase', {
      detail: 'uses\ntop-secret-token',
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      message: 'phase',
      function: 'deploy',
      detail: 'uses\n[redacted]',
    });
  });
});
