import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAddresses } from './addresses.ts';
import { createAutomation } from './automation.ts';
import { createRunCommand, type RunScript } from './command.ts';
import { createEc2 } from './ec2.ts';
import { isAwsError } from './error.ts';
import { faultQueue, type Faults } from './faults.ts';
import { createInstances } from './instances.ts';
import type { Delays } from './lifecycle.ts';
import { createMachine, type Hardware } from './machine.ts';
import { actionOf, isQuery, serviceOf, type Operation } from './operation.ts';
import { passOn } from './proxy.ts';
import { parseQuery } from './query.ts';
import { createSecurityGroup } from './security-group.ts';
import { errorDocument, responseDocument, type Answer } from './xml.ts';

export interface FrontOptions {
  /** Where everything goes that the front does not answer itself; asked at each request. */
  upstream: () => string;
  instanceId: string;
  tags?: Record<string, string>;
  /** TCP ports that the instance's security group lets in at the start. */
  openPorts: number[];
  hardware: Hardware;
  nextPublicIp: () => string;
  runScript?: RunScript;
  delays?: Partial<Delays> & {
    /** Until a new SSM command can be asked for, milliseconds. */
    invocationMs?: number;
    /** Until an automation step times out, milliseconds. */
    automationStepMs?: number;
  };
  /** Failures behind the API: hardware that did not obey, a fault of the front itself. */
  log?: (line: string) => void;
}

export interface Front {
  /** The one AWS endpoint of the sandbox. */
  url: string;
  faults: Faults;
  /** Id of the instance's security group. */
  securityGroupId: string;
  /** Every request so far, oldest first; `at` in milliseconds since the epoch. */
  readonly requests: () => readonly (Operation & { at: number })[];
  /** Tells EC2 that the computer behind the instance died. */
  readonly powerLost: () => void;
  /** Ends the server and all that runs in it. The hardware stays as it is. */
  stop(): Promise<void>;
}

/** Starts the AWS endpoint on a free port of 127.0.0.1: EC2 instances and SSM automation are ours, the rest is passed on. */
export async function startFront(options: FrontOptions): Promise<Front> {
  const delays = { pendingMs: 1_500, stoppingMs: 2_000, statusChecksMs: 0, ...options.delays };
  const log = options.log ?? (() => undefined);
  const { instanceId: id, hardware, nextPublicIp } = options;

  const faults = faultQueue();
  const securityGroup = createSecurityGroup(options.openPorts);
  const addresses = createAddresses({ id, state: () => machine.life().state }, nextPublicIp);
  const publicIp = (): string => addresses.of(id) ?? nextPublicIp();
  const machine = createMachine({ id, hardware, delays, publicIp, log });
  const instances = createInstances({ machine, addresses, securityGroup, tags: { ...options.tags } });
  const ec2 = createEc2({ machine, instances, addresses, securityGroup, faults });
  const automation = createAutomation({ ec2, machine, stepTimeoutMs: delays.automationStepMs ?? 3_600_000 });
  const command = createRunCommand({
    machine,
    invocationMs: delays.invocationMs ?? 200,
    ...(options.runScript ? { runScript: options.runScript } : {}),
  });
  const ssm = { ...automation.actions, ...command.actions };
  const requests: (Operation & { at: number })[] = [];

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const service = serviceOf(incoming);
    const body = service !== 'none' && isQuery(incoming) ? await read(incoming) : undefined;
    const action = actionOf(incoming, body?.toString() ?? '');
    requests.push({ service, action, at: Date.now() });
    if (service === 'ec2' && ec2.handles(action))
      return answerEc2(outgoing, action, () => ec2.call(action, parseQuery(body?.toString() ?? '')));
    if (service === 'ssm') {
      const fault = faults.error(action);
      const act = Object.hasOwn(ssm, action) ? ssm[action] : undefined;
      if (!fault && !act) return passOn(options.upstream(), incoming, outgoing, body);
      const input = parseInput(await read(incoming));
      return answerSsm(outgoing, () => {
        if (fault) throw fault;
        return act?.(input) ?? {};
      });
    }
    passOn(options.upstream(), incoming, outgoing, body);
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      log(`${incoming.method} ${incoming.url}: ${error instanceof Error ? error.stack : String(error)}`);
      outgoing.destroy();
    });
  });
  // Clients end idle connections. A server that does so, too, may end one just when the next request is on its way.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    securityGroupId: securityGroup.id,
    requests: () => requests,
    powerLost: () => machine.powerLost(),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, automation.stop(), command.stop()]);
      await machine.settled();
    },
  };
}

/** The EC2 query protocol's answer: XML, with the request's id in it. */
function answerEc2(outgoing: ServerResponse, action: string, act: () => Answer): void {
  const requestId = randomUUID();
  const headers = { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId };
  try {
    const document = responseDocument(action, requestId, act());
    outgoing.writeHead(200, headers).end(document);
  } catch (error) {
    if (!isAwsError(error)) throw error;
    outgoing.writeHead(error.status, headers).end(errorDocument(error.code, error.message, requestId));
  }
}

/** The JSON 1.1 protocol's answer. */
function answerSsm(outgoing: ServerResponse, act: () => Record<string, unknown>): void {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  try {
    const body = JSON.stringify(act());
    outgoing.writeHead(200, headers).end(body);
  } catch (error) {
    if (!isAwsError(error)) throw error;
    const body = { __type: error.code, Message: error.message, message: error.message };
    outgoing.writeHead(error.status, headers).end(JSON.stringify(body));
  }
}

async function read(message: IncomingMessage): Promise<Buffer> {
  return Buffer.concat((await message.toArray()) as Buffer[]);
}

function parseInput(body: Buffer): Record<string, unknown> {
  return body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>);
}
