import { isCredentialWeakness, isSecretRule } from '../credential.ts';
import type { Category } from '../finding.ts';

/** Tools by what they look for. A rule that says itself what it is goes first, but for those that look for secrets only. */
const tools: readonly (readonly [Category, RegExp])[] = [
  [
    'secret',
    /^(gitleaks|betterleaks|trufflehog|ggshield|gitguardian|nosey ?parker|kingfisher|titus|talisman|whispers|credscan|credentialscanner|credential scanner|spectral)\b|secret/i,
  ],
  [
    'misconfiguration',
    /^(snyk iac|checkov|kics|tfsec|terrascan|hadolint|dockle|kube-?linter|kubescape|kube-score|polaris|conftest|cfn-?lint|cfn_nag|zizmor|actionlint|poutine|regula)\b/i,
  ],
  [
    'vulnerability',
    /^(grype|trivy|osv-scanner|snyk open source|snyk container|snyk sca|dependency-check|cargo-audit|pip-audit|npm audit|govulncheck|docker scout|retire\.?js|black ?duck|clair|jfrog xray|anchore|bundler-audit|safety|mend|whitesource|sonatype)\b/i,
  ],
  ['web', /^(zap|owasp zap|zaproxy|nuclei|nikto|wapiti|burp)\b/i],
];

const words: readonly (readonly [Category, ReadonlySet<string>])[] = [
  ['secret', new Set(['secret', 'secrets', 'hardcoded-secret', 'hardcoded-secrets', 'leaked-secret'])],
  ['licence', new Set(['license', 'licence', 'licenses', 'licences', 'license-file'])],
  ['misconfiguration', new Set(['misconfiguration', 'misconfigurations', 'misconfig', 'iac'])],
  ['vulnerability', new Set(['vulnerability', 'vulnerabilities', 'dependency', 'dependencies', 'sca', 'sbom'])],
];

const advisory = /\b(CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})\b/gi;

/** What kind of thing a result is: by its tool, its rule's own words, the id of an advisory, or its weakness. Else it is about code. */
export function categoryOf(tool: string, rule: string, tags: readonly string[]): Category {
  const ofTool = tools.find(([, names]) => names.test(tool))?.[0];
  if (ofTool === 'secret') return ofTool;
  const said = words.find(([, own]) => tags.some((tag) => own.has(tag)))?.[0];
  if (said !== undefined) return said;
  if (rule.startsWith('snyk:lic:')) return 'licence';
  if (isSecretRule(rule)) return 'secret';
  // Of a package they say what its vulnerability is.
  if (ofTool !== undefined || advisoriesOf(rule).length > 0) return ofTool ?? 'vulnerability';
  return tags.some(isCredentialWeakness) ? 'secret' : 'code';
}

/** The advisories that a rule's id names: CVE first. */
export function advisoriesOf(rule: string): string[] {
  const found = [...rule.matchAll(advisory)].map(([id]) =>
    /^cve/i.test(id) ? id.toUpperCase() : `GHSA${id.slice(4).toLowerCase()}`,
  );
  return [...new Set(found)].sort((a, b) => Number(b.startsWith('CVE')) - Number(a.startsWith('CVE')));
}
