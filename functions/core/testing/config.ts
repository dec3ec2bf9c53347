import { parseConfig, type Config } from '../config.ts';
import { VERDICT_KEY } from './verdict.ts';

/** A valid k8s/deploy.yaml as parsed YAML; tests change one place in a copy of it. */
export function rawConfig(): Record<string, unknown> {
  return {
    version: 1,
    app: {
      name: 'shop',
      image: 'registry.test/acme/shop',
      pull: { secret: 'shop/registry' },
      source: { repository: 'acme/shop', repositoryId: 42, workflow: 'ci.yml', branch: 'main' },
    },
    github: { secret: 'shop/github' },
    webhook: { secret: 'shop/webhook' },
    gate: { signedBy: 'key', keys: [VERDICT_KEY] },
    environments: {
      production: {
        deployOn: 'push',
        url: 'http://{address}:31445',
        kubeconfig: { secret: 'shop/kubeconfig' },
        manifests: 'overlays/production',
        node: { instance: 'i-0123456789abcdef0', address: { ssmParameter: '/shop/ip' } },
        rollout: { timeout: '1m', check: '/version' },
      },
    },
  };
}

export function testConfig(): Config {
  return parseConfig(rawConfig());
}
