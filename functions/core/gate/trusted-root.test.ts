import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import seeds from '@sigstore/tuf/seeds.json' with { type: 'json' };
import { toTrustMaterial } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';

const path = join(import.meta.dirname, 'trusted-root.json');
const SOURCE = 'https://tuf-repo-cdn.sigstore.dev';

/** The file as Sigstore's own client begins with it: the pinned version of that client says how new it is. */
const seed: unknown = JSON.parse(Buffer.from(seeds[SOURCE].targets['trusted_root.json'], 'base64').toString('utf8'));
if (process.env['UPDATE'] === '1') writeFileSync(path, `${JSON.stringify(seed, null, 2)}\n`);
const shipped: unknown = JSON.parse(readFileSync(path, 'utf8'));

describe('trusted-root.json', () => {
  it("is the trusted root of Sigstore's public instance, as @sigstore/tuf has it; UPDATE=1 writes it anew", () => {
    expect(shipped).toEqual(seed);
  });

  it('is what @sigstore/verify trusts: the CA, the logs and the timestamp authority that are in use', () => {
    const { certificateAuthorities, ctlogs, tlogs, timestampAuthorities } = toTrustMaterial(
      TrustedRoot.fromJSON(shipped),
    );
    const endless = (parts: readonly { validFor: { end: Date } }[]): number =>
      parts.filter(({ validFor }) => validFor.end.getTime() > Date.UTC(9999, 0)).length;
    for (const parts of [certificateAuthorities, ctlogs, tlogs, timestampAuthorities])
      expect(endless(parts)).toBeGreaterThan(0);
    expect(tlogs.map(({ baseURL }) => new URL(baseURL).hostname)).toContain('rekor.sigstore.dev');
  });
});
