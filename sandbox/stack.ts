import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';

/** What differs between one user's checkout and another's: the values of k8s/deploy.yaml. */
export interface StackSettings {
  /** Image name without tag, on the sandbox's registry. */
  image: string;
  repository: string;
  repositoryId: number;
  githubApi: string;
  instance: string;
  /** false where pods do not really run: there is nobody to ask for the revision. */
  check: boolean;
  /** How long a rollout may take, as in deploy.yaml. */
  timeout: string;
  driftEvery: string;
  /** Whom the gate trusts, as `gh attestation trusted-root` prints it; default Sigstore's public authorities. */
  trustedRoot?: string;
}

/** Names of the secrets in the sandbox's Secrets Manager. */
export const secretNames = {
  kubeconfig: 'shop/kubeconfig',
  registry: 'shop/registry',
  github: 'shop/github',
  webhook: 'shop/webhook',
} as const;

/** The file in k8s that says whom the gate trusts. */
const TRUSTED_ROOT = 'trusted-root.jsonl';
/** What the sample's manifests call the image. */
const SAMPLE_IMAGE = 'ghcr.io/acme/shop';

/**
 * Makes the checkout that a user would deploy: this project's serverless.yml and functions as they are, and a k8s folder with the
 * user's own deploy.yaml and image name. Returns its path. A folder of its own lets several sandboxes deploy at once.
 */
export function userCheckout(repo: string, dir: string, settings: StackSettings): string {
  mkdirSync(dir, { recursive: true });
  for (const name of ['serverless.yml', 'functions', 'scanners', 'k8s', 'package.json', 'tsconfig.json']) {
    cpSync(join(repo, name), join(dir, name), { recursive: true });
  }
  symlinkSync(join(repo, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'k8s', 'deploy.yaml'), dump(deployConfig(settings)));
  if (settings.trustedRoot !== undefined) writeFileSync(join(dir, 'k8s', TRUSTED_ROOT), `${settings.trustedRoot}\n`);
  renameImage(join(dir, 'k8s', 'base'), settings.image);
  return dir;
}

function renameImage(folder: string, image: string): void {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(SAMPLE_IMAGE, image));
  }
}

function deployConfig(settings: StackSettings): object {
  const { kubeconfig, registry, github, webhook } = secretNames;
  return {
    version: 1,
    app: {
      name: 'shop',
      image: settings.image,
      pull: { secret: registry },
      source: {
        repository: settings.repository,
        repositoryId: settings.repositoryId,
        workflow: 'ci.yml',
        branch: 'main',
        jobs: ['build'],
      },
    },
    github: { secret: github, api: settings.githubApi },
    webhook: { secret: webhook },
    ...(settings.trustedRoot === undefined ? {} : { gate: { trustedRoot: TRUSTED_ROOT } }),
    drift: { every: settings.driftEvery },
    environments: {
      production: {
        deployOn: 'push',
        url: 'http://{address}:31445',
        kubeconfig: { secret: kubeconfig },
        manifests: 'overlays/production',
        node: { instance: settings.instance, address: { ssmParameter: '/shop/ip' }, startTimeout: '2m' },
        rollout: { timeout: settings.timeout, ...(settings.check ? { check: '/version' } : {}), onFailure: 'rollback' },
      },
    },
  };
}
