import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import { PAYLOAD_TYPE } from '../../scanners/verdict/statement.ts';
import { createKeys } from './certificates.ts';
import type { Claims } from './claims.ts';
import { startServices, type ServiceKeys } from './services.ts';
import { trustedRootOf } from './trusted-root.ts';

export interface Authority {
  /** Whom to trust to trust it: one line of JSON, as `gh attestation trusted-root` prints it. */
  readonly trustedRoot: string;
  /**
   * Signs as actions/attest does for a job with these claims. Returns the Sigstore bundle's JSON. `payload`: what is no text is
   * written as JSON. `payloadType`: default an in-toto statement's. `at`: the time on the clocks of all services; default now.
   */
  sign(payload: object | string, claims: Claims, options?: { payloadType?: string; at?: Date }): Promise<string>;
  stop(): Promise<void>;
}

/**
 * A Sigstore of its own, which nobody else trusts. `log`: true (the default) is the public one, with a log of certificates and
 * one of signatures, which tells the time. false is GitHub's own for private repositories: no log, and a timestamp instead.
 */
export async function startAuthority({ log = true }: { log?: boolean } = {}): Promise<Authority> {
  const [ca, tsa] = await Promise.all([createKeys(), createKeys()]);
  const logs = log ? { certificates: await createKeys(), signatures: await createKeys() } : undefined;
  const keys: ServiceKeys = { ca, tsa, ...(logs === undefined ? {} : { logs }) };
  const services = await startServices(keys);
  return {
    trustedRoot: await trustedRootOf(keys),
    async sign(payload, claims, { payloadType = PAYLOAD_TYPE, at = new Date() } = {}) {
      const { fulcio, rekor, tsa: timestamps } = services.at(at);
      const builder = new DSSEBundleBuilder({
        signer: new FulcioSigner({
          fulcioBaseURL: fulcio,
          identityProvider: { getToken: () => Promise.resolve(unsignedToken(claims)) },
        }),
        // The log's stand-in gives back what it was sent, and only entries of this type are whole as they are sent.
        witnesses: log
          ? [new RekorWitness({ rekorBaseURL: rekor, entryType: 'intoto', majorApiVersion: 1 })]
          : [new TSAWitness({ tsaBaseURL: timestamps })],
      });
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return JSON.stringify(bundleToJSON(await builder.create({ data: Buffer.from(text), type: payloadType })));
    },
    stop: () => services.close(),
  };
}

/** The stand-in for Fulcio believes what a token says. */
function unsignedToken(claims: Claims): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
}
