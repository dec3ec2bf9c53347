// @peculiar/x509 resolves its parts through decorators' metadata, and leaves the choice of polyfill to its user.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider } from '@peculiar/x509';

// The library's types follow the browser's; Node's implementation is the same API.
cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

/** What the sandbox's keys are for @peculiar/x509. Import it before the library, which is made ready here. */
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
