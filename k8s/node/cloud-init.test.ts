import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import { run } from '../../sandbox/host/run.ts';
import { createAuthority } from '../../sandbox/host/certificate.ts';

interface UserData {
  swap: { size: number };
  write_files: { path: string; permissions: string; content: string }[];
  runcmd: string[];
}

const text = read('cloud-init.yaml');
const userData = load(text) as UserData;

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

function writtenFile(path: string): UserData['write_files'][number] {
  const file = userData.write_files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new Error(`cloud-init.yaml does not write ${path}`);
  return file;
}

test('is user data as EC2 takes it', () => {
  expect(text.startsWith('#cloud-config\n')).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThan(16 * 1024);
  expect(userData.swap.size).toBe(2 * 2 ** 30);
});

test('k3s keeps its kubeconfig to root, encrypts secrets, and learns no public address', () => {
  const config = load(writtenFile('/etc/rancher/k3s/config.yaml').content) as Record<string, unknown>;
  expect(config).toMatchObject({ 'write-kubeconfig-mode': '600', 'secrets-encryption': true });
  expect(config).not.toHaveProperty('node-external-ip');
  expect(config).not.toHaveProperty('tls-san');
});

test('the embedded deployer is the one of deployer.yaml, letter by letter', () => {
  const file = writtenFile('/var/lib/rancher/k3s/server/manifests/hawser-deployer.yaml');
  expect(file.content).toBe(read('deployer.yaml'));
});

test('the install step is a script that sh can read', async () => {
  expect(userData.runcmd).toHaveLength(1);
  await run('sh', ['-n'], { input: userData.runcmd.join('\n') });
});

describe('hawser-kubeconfig', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'hawser-kubeconfig-'));
    writeFileSync(join(dir, 'script'), writtenFile('/usr/local/bin/hawser-kubeconfig').content);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  /** Runs the script beside a `k3s` that answers each jsonpath as the API server would. */
  async function kubeconfigOf(fields: { ca: string; token: string }) {
    const answers = [
      `case "$*" in`,
      `  *"--namespace hawser get secret deployer-token"*"{.data.ca\\\\.crt}") printf %s '${btoa(fields.ca)}' ;;`,
      `  *"--namespace hawser get secret deployer-token"*"{.data.token}") printf %s '${btoa(fields.token)}' ;;`,
      `  *) echo "unexpected: $*" >&2; exit 9 ;;`,
      `esac`,
    ];
    writeFileSync(join(dir, 'k3s'), `#!/bin/sh\n${answers.join('\n')}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${dir}:${process.env['PATH']}` };
    return run('sh', [join(dir, 'script')], { env, check: false });
  }

  test('prints a kubeconfig that Hawser takes, verified by the name that each k3s certificate has', async () => {
    const { pem } = await createAuthority('k3s-server-ca');
    const { code, stdout } = await kubeconfigOf({ ca: pem, token: 'aaa.bbb.ccc' });
    expect(code).toBe(0);
    expect(parseKubeconfig(stdout, 'shop/kubeconfig')).toMatchObject({
      server: 'https://127.0.0.1:6443',
      ca: pem,
      tlsServerName: 'kubernetes',
      credential: { kind: 'token', token: 'aaa.bbb.ccc' },
    });
  });

  test('fails and prints nothing while the token is not there yet', async () => {
    const { code, stdout, stderr } = await kubeconfigOf({ ca: '', token: '' });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('not there yet');
  });
});

describe('the deployer', () => {
  interface Rule {
    apiGroups: string[];
    resources: string[];
    verbs: string[];
    resourceNames?: string[];
  }
  interface Rbac {
    kind: string;
    metadata: { name: string; namespace?: string };
    rules?: Rule[];
    roleRef?: { kind: string; name: string };
    subjects?: { kind: string; name: string; namespace: string }[];
  }
  const objects = loadAll(read('deployer.yaml')) as Rbac[];
  const kind = (name: string) => objects.filter((object) => object.kind === name);
  const namespaces = kind('Namespace').map((object) => object.metadata.name);
  const account = { kind: 'ServiceAccount', name: 'deployer', namespace: 'hawser' };
  const rules = kind('ClusterRole').flatMap((role) => role.rules ?? []);

  /** Whether a rule of the role bound in each namespace allows this. */
  function allowed(verb: string, group: string, resource: string, name?: string): boolean {
    return (kind('ClusterRole').find((role) => role.metadata.name === 'hawser-deployer')?.rules ?? []).some(
      (rule) =>
        rule.verbs.includes(verb) &&
        rule.apiGroups.includes(group) &&
        rule.resources.includes(resource) &&
        (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
    );
  }

  test('is bound in the namespace of each environment and only there', () => {
    const environments = namespaces.filter((name) => name !== 'hawser');
    expect(kind('RoleBinding').map((binding) => binding.metadata.namespace)).toEqual(environments);
    for (const binding of [...kind('RoleBinding'), ...kind('ClusterRoleBinding')]) {
      expect(binding.subjects).toEqual([account]);
    }
    for (const binding of kind('RoleBinding')) expect(binding.roleRef?.name).toBe('hawser-deployer');
    for (const binding of kind('ClusterRoleBinding')) expect(binding.roleRef?.name).toBe('hawser-deployer-scope');
    const named = rules.find((rule) => rule.resources.includes('namespaces'))?.resourceNames;
    expect(named).toEqual(environments);
  });

  test.each([
    ['', 'services'],
    ['', 'serviceaccounts'],
    ['', 'configmaps'],
    ['', 'persistentvolumeclaims'],
    ['apps', 'deployments'],
    ['apps', 'statefulsets'],
    ['apps', 'daemonsets'],
    ['batch', 'jobs'],
    ['batch', 'cronjobs'],
    ['networking.k8s.io', 'ingresses'],
    ['networking.k8s.io', 'networkpolicies'],
    ['autoscaling', 'horizontalpodautoscalers'],
    ['policy', 'poddisruptionbudgets'],
  ])('may apply and prune what apps consist of: %s/%s', (group, resource) => {
    for (const verb of ['get', 'create', 'patch', 'delete']) expect(allowed(verb, group, resource)).toBe(true);
  });

  test.each([
    ['', 'events'],
    ['apps', 'replicasets'],
  ])('may watch but not change %s/%s', (group, resource) => {
    for (const verb of ['get', 'list', 'watch']) expect(allowed(verb, group, resource)).toBe(true);
    for (const verb of ['create', 'update', 'patch', 'delete']) expect(allowed(verb, group, resource)).toBe(false);
  });

  test('may make a pod that pulls an image, and watch all pods', () => {
    for (const verb of ['get', 'list', 'watch', 'create', 'patch', 'delete'])
      expect(allowed(verb, '', 'pods')).toBe(true);
  });

  test('may read pod logs, and of the secrets only its own', () => {
    expect(allowed('get', '', 'pods/log')).toBe(true);
    expect(allowed('patch', '', 'secrets', 'hawser-pull')).toBe(true);
    for (const verb of ['get', 'patch', 'delete']) expect(allowed(verb, '', 'secrets', 'other')).toBe(false);
    for (const verb of ['list', 'watch']) expect(allowed(verb, '', 'secrets', 'hawser-pull')).toBe(false);
  });

  test('may nowhere give itself more', () => {
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
      expect(verbs).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(escalate|bind|impersonate)$/)]));
      expect(resources).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^pods\/(exec|attach|portforward)$/)]),
      );
      expect(apiGroups).not.toContain('rbac.authorization.k8s.io');
    }
  });
});
