interface Entry {
  version?: string;
  resolved?: string;
  integrity?: string;
  /** The package's own name, where it is installed under an alias. */
  name?: string;
}

/**
 * Adds the tarball URLs that a package-lock.json (lockfileVersion 3) leaves out; versions and integrity stay as they are.
 * With a URL npm takes the tarball from its cache by integrity; without one it asks the registry for the package's
 * document first, which the cache of a host that installed from the same lock need not hold.
 */
export function addTarballUrls(lockfile: string, registry: string): string {
  const lock = JSON.parse(lockfile) as { packages: Record<string, Entry> };
  for (const [path, entry] of Object.entries(lock.packages)) {
    const name = entry.name ?? /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    if (name === undefined || entry.resolved !== undefined || entry.integrity === undefined) continue;
    entry.resolved = `${registry.replace(/\/$/, '')}/${name}/-/${name.split('/').at(-1)}-${entry.version}.tgz`;
  }
  return `${JSON.stringify(lock, null, 2)}\n`;
}
