import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { DeployPorts } from '../core/ports.ts';
import { readTrust } from './read-trust.ts';
import { releasePorts } from './release-ports.ts';
import { once, packaged } from './wire.ts';

/** What the build packs beside the function: digests of the policies that may have decided. */
const Packed = z.strictObject({ policies: z.array(z.string()).min(1) });

/** Everything for the function that deploys: what reads and verifies signatures is in no other. Built once in a process. */
export const deployPorts: () => DeployPorts = once(() => {
  const ports = releasePorts();
  const { app, gate } = ports.config;
  const { policies } = Packed.parse(JSON.parse(readFileSync(join(packaged(), 'gate.json'), 'utf8')));
  const trust = readTrust(gate, join(packaged(), 'k8s'));
  return { ...ports, gateRules: { source: app.source, gate, policies: [...policies, ...gate.policies], trust } };
});
