import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { isObject, requiredOf, textOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** The package that a match is about. */
export interface Artifact {
  name: string;
  version: string;
  type: string;
  purl?: string;
  /** All files that made grype see it, in order. */
  paths: string[];
}

/** Reads `artifact` of a match. Throws `invalid` when it does not name a package. */
export function readArtifact(value: Json, where: string): Artifact {
  const [name, version] = [requiredOf(value, 'name', where), textOf(value, 'version', where)];
  if (version === undefined) throw invalid(`has no ${where}.version`);
  const purl = textOf(value, 'purl', where)?.replace(/[?#].*$/s, '');
  const locations = Array.isArray(value['locations']) ? value['locations'] : [];
  return {
    name,
    version,
    type: textOf(value, 'type', where) ?? '',
    ...(purl === undefined || purl === '' ? {} : { purl }),
    paths: locations.flatMap(pathOf),
  };
}

/** Some versions write the path alone, some the name of a field of the program's own. */
function pathOf(location: unknown): string[] {
  const paths = isObject(location) ? [location['path'], location['RealPath']] : [location];
  const path = paths.find((one) => typeof one === 'string' && one !== '');
  return typeof path === 'string' ? [path] : [];
}

export function packageOf({ name, version, purl }: Artifact): Pick<Finding, 'package' | 'version' | 'purl'> {
  return { package: name, ...(version === '' ? {} : { version }), ...(purl === undefined ? {} : { purl }) };
}
