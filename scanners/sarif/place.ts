import { isObject } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** Where a result is, as the report has it. */
export interface Place {
  uri?: string;
  base?: string;
  /** Its place in `artifacts`. */
  artifact?: number;
  /** Start and end of the region: lines and columns. */
  region: (number | undefined)[];
}

/** Reads the places of a result that name a file, at least one; a name in the code when there is none. What cannot be read is left out. */
export function placesOf(result: Json): Place[] {
  const places: Place[] = [];
  const locations = Array.isArray(result['locations']) ? result['locations'].filter((one) => isObject(one)) : [];
  for (const { physicalLocation: physical } of locations) {
    if (!isObject(physical)) continue;
    const region = isObject(physical['region']) ? physical['region'] : {};
    const numbers = ['startLine', 'startColumn', 'endLine', 'endColumn'].map((key) => positive(region[key]));
    const artifact = artifactOf(physical['artifactLocation']);
    if (artifact !== undefined) places.push({ ...artifact, region: numbers });
  }
  if (places.length > 0) return places;
  const target = artifactOf(result['analysisTarget']);
  if (target !== undefined) return [{ ...target, region: [] }];
  const names = locations.flatMap(({ logicalLocations: logical }) => (Array.isArray(logical) ? logical : []));
  const name = names.filter((one) => isObject(one)).map((one) => one['fullyQualifiedName'] ?? one['name']);
  const uri = name.find((one) => typeof one === 'string' && one !== '');
  return [{ ...(typeof uri === 'string' ? { uri } : {}), region: [] }];
}

function artifactOf(value: unknown): Omit<Place, 'region'> | undefined {
  if (!isObject(value)) return undefined;
  const { uri, uriBaseId: base, index } = value;
  if (typeof uri === 'string' && uri !== '') return { uri, ...(typeof base === 'string' ? { base } : {}) };
  return Number.isSafeInteger(index) && Number(index) >= 0 ? { artifact: Number(index) } : undefined;
}

function positive(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

/**
 * The path for people. A relative base goes before it. An absolute one is where the scanning machine had its checkout: that says
 * nothing to others and changes from run to run. What has no place is `-`.
 */
export function pathOf(place: Place, bases: Json, artifacts: readonly (Place | undefined)[]): string {
  const { uri, base } = resolved(place, artifacts);
  if (uri === undefined) return '-';
  const isAbsolute = /^[a-z][a-z0-9+.-]*:|^\//i.test(uri);
  return decoded(isAbsolute ? uri.replace(/^file:\/\/(?:\/(?=[a-z]:))?/i, '') : `${prefixOf(base, bases, 0)}${uri}`);
}

/** The place itself, or the one of the artifact that it names by its number. */
export function resolved(place: Place, artifacts: readonly (Place | undefined)[]): Place {
  return place.artifact === undefined ? place : (artifacts[place.artifact] ?? place);
}

function prefixOf(id: string | undefined, bases: Json, depth: number): string {
  const base = id !== undefined && Object.hasOwn(bases, id) ? bases[id] : undefined;
  if (depth > 10 || !isObject(base) || typeof base['uri'] !== 'string') return '';
  const { uri, uriBaseId } = base;
  if (/^[a-z][a-z0-9+.-]*:|^\//i.test(uri)) return '';
  const parent = prefixOf(typeof uriBaseId === 'string' ? uriBaseId : undefined, bases, depth + 1);
  return `${parent}${uri}${uri === '' || uri.endsWith('/') ? '' : '/'}`;
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** Reads one of a run's `artifacts`. */
export function artifactPlace(artifact: Json): Place | undefined {
  const found = artifactOf(artifact['location']);
  return found?.uri === undefined ? undefined : { ...found, region: [] };
}
