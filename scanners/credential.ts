/** Credentials in the code, as a list of weaknesses has them: `CWE-798: …`, `external/cwe/cwe-798`. */
const weakness = /\bcwe-(798|259|321)\b/i;
/** `generic.secrets.security.detected-github-pat`, and the names of Checkov. */
const rule = /(?:^|[./:])secrets?(?:[./:]|$)|^CKV_SECRET_/i;

/** Whether the name of a weakness says that it is a credential in the code. */
export function isCredentialWeakness(name: string): boolean {
  return weakness.test(name);
}

/** Whether the id of a rule says that it looks for secrets. */
export function isSecretRule(id: string): boolean {
  return rule.test(id);
}
