import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from '../host/workspace.ts';
import { startFront, type Front, type FrontOptions } from './front/front.ts';
import { startMinistack } from './ministack.ts';

export interface AwsOptions extends Pick<FrontOptions, 'hardware' | 'nextPublicIp' | 'runScript' | 'delays'> {
  /** The `ministack` executable. */
  ministackBin: string;
  /** Folder with the `node` binary for the functions. */
  nodeDir: string;
  /** Environment that every Lambda process inherits, beside AWS_ENDPOINT_URL, which is the sandbox's endpoint. */
  lambdaEnv: Record<string, string>;
}

export interface Aws extends Pick<Front, 'faults' | 'requests' | 'powerLost' | 'securityGroupId'> {
  /** The one endpoint of all services, `http://127.0.0.1:PORT`. */
  endpoint: string;
  /** The node's EC2 instance, stopped at first. */
  instanceId: string;
  stop(): Promise<void>;
}

/** The Kubernetes API and the app's NodePort: what the node's security group lets in. */
const OPEN_PORTS = [6443, 31_445];

/** Starts the sandbox's AWS. What goes wrong behind the API is written to `front.log` in the workspace's folder. */
export async function startAws(workspace: Workspace, options: AwsOptions): Promise<Aws> {
  const { ministackBin, nodeDir, lambdaEnv, ...rest } = options;
  const instanceId = `i-0${randomBytes(8).toString('hex')}`;
  let upstream = '';
  const front = await startFront({
    ...rest,
    instanceId,
    tags: { Name: 'k3s-node' },
    openPorts: OPEN_PORTS,
    upstream: () => upstream,
    log: (line) => appendFileSync(join(workspace.dir, 'front.log'), `${new Date().toISOString()} ${line}\n`),
  });
  try {
    const env = { ...lambdaEnv, AWS_ENDPOINT_URL: front.url };
    const ministack = await startMinistack(workspace, { bin: ministackBin, nodeDir, env });
    upstream = ministack.url;
    const { url: endpoint, faults, requests, powerLost, securityGroupId } = front;
    return {
      endpoint,
      instanceId,
      securityGroupId,
      faults,
      requests,
      powerLost,
      async stop() {
        await front.stop();
        await ministack.stop();
      },
    };
  } catch (error) {
    await front.stop();
    throw error;
  }
}
