import { closeSync, openSync, writeSync } from 'node:fs';

const SEVERITIES = ['LOW', 'MEDIUM', 'MEDIUM', 'HIGH', 'CRITICAL'];
/** Of each target. */
const [PACKAGES, FINDINGS] = [500, 100];

/** What a report has that was made up. */
export interface LongReport {
  bytes: number;
  packages: number;
  /** By severity, and all of them. */
  findings: { critical: number; high: number; medium: number; low: number; all: number };
}

/** Writes a report of about this size, as trivy writes it with --list-all-pkgs: one finding for each five packages, a kilobyte each. */
export function writeLongReport(path: string, size: number): LongReport {
  const file = openSync(path, 'w');
  let bytes = writeSync(file, '{"SchemaVersion":2,"ArtifactName":"bench","ArtifactType":"container_image","Results":[');
  let target = 0;
  do {
    const list = (length: number, one: (index: number) => object): string =>
      Array.from({ length }, (_, index) => JSON.stringify(one(index))).join(',');
    const packages = list(PACKAGES, (index) => packageOf(target, index));
    const vulnerabilities = list(FINDINGS, (index) => vulnerability(target, index));
    const head = `"Target":"app/${target}/package-lock.json","Class":"lang-pkgs","Type":"npm"`;
    const comma = target === 0 ? '' : ',';
    bytes += writeSync(file, `${comma}{${head},"Packages":[${packages}],"Vulnerabilities":[${vulnerabilities}]}`);
    target++;
  } while (bytes < size);
  bytes += writeSync(file, ']}\n');
  closeSync(file);
  const part = (target * FINDINGS) / SEVERITIES.length;
  const findings = { critical: part, high: part, medium: 2 * part, low: part, all: target * FINDINGS };
  return { bytes, packages: target * PACKAGES, findings };
}

function packageOf(target: number, index: number): object {
  const [name, version] = [`package-${target}-${index}`, `1.${index}.0`];
  return {
    ID: `${name}@${version}`,
    Name: name,
    Identifier: { PURL: `pkg:npm/${name}@${version}` },
    Version: version,
    Relationship: 'indirect',
  };
}

function vulnerability(target: number, index: number): object {
  const { ID, Name, Identifier, Version } = packageOf(target, index * 5) as Record<string, unknown>;
  return {
    VulnerabilityID: `CVE-2026-${10_000 + index}`,
    PkgID: ID,
    PkgName: Name,
    PkgIdentifier: Identifier,
    InstalledVersion: Version,
    FixedVersion: `1.${index * 5}.1`,
    Status: 'fixed',
    SeveritySource: 'ghsa',
    PrimaryURL: `https://avd.aquasec.com/nvd/cve-2026-${10_000 + index}`,
    Title: `A weakness in package ${index}`,
    Description: 'Input of the outside reaches a place that does not expect it. '.repeat(12),
    Severity: SEVERITIES[index % SEVERITIES.length],
    CweIDs: ['CWE-79'],
    CVSS: { ghsa: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', V3Score: 9.8 } },
  };
}
