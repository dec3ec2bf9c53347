import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { waitUntil } from '../host/daemon.ts';
import { run } from '../host/run.ts';
import { openWorkspace } from '../host/workspace.ts';
import { PREFIX } from './address.ts';
import { openNetwork } from './network.ts';

const hosts: ChildProcess[] = [];
afterEach(() => hosts.splice(0).forEach((host) => host.kill('SIGKILL')));

/** A computer of its own: a process in a new network namespace, with one card whose other end is the link `name`. */
async function plugIn(name: string, address: string, gateway: string): Promise<string[]> {
  const host = spawn('unshare', ['--net', '--kill-child', 'sleep', '600'], { stdio: 'ignore' });
  hosts.push(host);
  await once(host, 'spawn');
  const inside = ['nsenter', '--net', `--target=${host.pid}`];
  const apart = async () =>
    (await run('readlink', [`/proc/${host.pid}/ns/net`])).stdout !==
    (await run('readlink', ['/proc/self/ns/net'])).stdout;
  await waitUntil('The namespace', apart, { timeoutMs: 30_000, everyMs: 10 });
  await run('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(host.pid)]);
  await run('ip', ['link', 'set', name, 'up']);
  for (const args of [
    ['address', 'add', address, 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'up'],
    ['route', 'add', 'default', 'via', gateway],
  ])
    await run('nsenter', [...inside.slice(1), 'ip', ...args]);
  return inside.slice(1);
}

/** Where Docker or a VPN is at home, each new link forwards. */
async function onForwardingHost<T>(action: () => Promise<T>): Promise<T> {
  const setting = '/proc/sys/net/ipv4/conf/default/forwarding';
  const before = readFileSync(setting);
  writeFileSync(setting, '1');
  try {
    return await action();
  } finally {
    writeFileSync(setting, before);
  }
}

test('what is behind the bridge reaches the gateway and nothing beyond it, even where the host forwards', async () => {
  const workspace = await openWorkspace();
  try {
    const network = await onForwardingHost(() => openNetwork(workspace));
    const [card, wire] = [`hawser${workspace.slot}-test`, `hawser${workspace.slot}-out`];
    for (const name of [card, wire]) workspace.record({ kind: 'link', name });
    const node = await plugIn(card, `${network.nextPublicIp()}/${PREFIX}`, network.gateway);
    await run('ip', ['link', 'set', card, 'master', network.bridge]);
    // The world outside, as a neighbour of the host; the host would forward what comes back from there.
    const [world, hostThere] = ['10.199.0.2', '10.199.0.1'];
    await plugIn(wire, `${world}/30`, hostThere);
    await run('ip', ['address', 'add', `${hostThere}/30`, 'dev', wire]);
    writeFileSync(`/proc/sys/net/ipv4/conf/${wire}/forwarding`, '1');

    const reaches = async (address: string) => {
      const { code } = await run(
        'nsenter',
        [...node, 'bash', '-c', `timeout 1 bash -c ': </dev/tcp/${address}/9' 2>&1 | grep refused`],
        { check: false },
      );
      return code === 0;
    };
    await waitUntil('The gateway', () => reaches(network.gateway), { timeoutMs: 30_000 });
    expect(await reaches(world)).toBe(false);

    // The same, were it not for the bridge's setting.
    writeFileSync(`/proc/sys/net/ipv4/conf/${network.bridge}/forwarding`, '1');
    await waitUntil('The world', () => reaches(world), { timeoutMs: 30_000 });
  } finally {
    expect(await workspace.close()).toEqual([]);
  }
});

test('a packet to an address without an instance stays on the bridge, which goes when it is closed', async () => {
  const workspace = await openWorkspace();
  try {
    const network = await openNetwork(workspace);
    const address = network.nextPublicIp();
    const route = async () => (await run('ip', ['route', 'get', address])).stdout;
    expect(await route()).toContain(`dev ${network.bridge} `);
    await network.close();
    expect(await route()).not.toContain(`dev ${network.bridge} `);
  } finally {
    expect(await workspace.close()).toEqual([]);
  }
});

test('a subnet that the host itself uses is refused, and nothing is made', async () => {
  const workspace = await openWorkspace();
  const name = `hawser${workspace.slot}-test`;
  workspace.record({ kind: 'link', name });
  try {
    await run('ip', ['link', 'add', name, 'type', 'bridge']);
    await run('ip', ['address', 'add', `${workspace.subnet.net}.${workspace.subnet.base + 9}/30`, 'dev', name]);
    await run('ip', ['link', 'set', name, 'up']);
    await expect(openNetwork(workspace)).rejects.toThrow(`cannot be the subnet of hawser${workspace.slot}`);
    expect((await run('ip', ['link', 'show'])).stdout).not.toContain(`hawser${workspace.slot}:`);
  } finally {
    expect(await workspace.close()).toEqual([]);
  }
});
