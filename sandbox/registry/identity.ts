import { randomBytes } from 'node:crypto';
import { createAuthority, issue, type Authority, type Issued } from '../host/certificate.ts';
import type { Workspace } from '../host/workspace.ts';
import type { Account, Action, TokenIssuer } from './token.ts';

/** Who a registry is, and whom it knows. */
export interface Identity {
  authority: Authority;
  tls: Issued;
  issuer: TokenIssuer;
  accounts: { push: Account; pull: Account; stranger: Account };
}

/** Makes a new authority, a certificate for the address and 127.0.0.1, and accounts with new passwords. */
export async function createIdentity(workspace: Workspace, address: string): Promise<Identity> {
  const authority = await createAuthority(`Hawser sandbox ${workspace.slot} CA`);
  return {
    authority,
    tls: await issue(authority, 'registry', [...new Set([address, '127.0.0.1'])]),
    issuer: { issuer: 'hawser-sandbox', service: 'registry', signer: await issue(authority, 'token signer', []) },
    accounts: {
      push: account('ci', ['pull', 'push']),
      pull: account('node', ['pull']),
      stranger: account('stranger', []),
    },
  };
}

function account(username: string, actions: Action[]): Account {
  return { username, password: `pat_${randomBytes(20).toString('hex')}`, actions };
}
