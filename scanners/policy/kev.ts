import * as z from 'zod';
import { dataInvalid, readData, type Source } from './document.ts';
import { instantOf } from './instant.ts';

/** CISA's catalogue of known exploited vulnerabilities. */
export interface Kev {
  file: string;
  version: string;
  releasedAt: number;
  /** By CVE. */
  entries: ReadonlyMap<string, KevEntry>;
}

export interface KevEntry {
  added: string;
  due?: string;
  /** Used to extort money, as far as CISA knows. */
  ransomware: boolean;
}

const date = z.string().refine((value) => instantOf(value) !== undefined, 'expected a date');

/** https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json; more fields may come. */
const Catalogue = z.looseObject({
  catalogVersion: z.string(),
  dateReleased: date,
  count: z.int().min(1),
  vulnerabilities: z.array(
    z.looseObject({
      cveID: z.string().regex(/^CVE-\d{4}-\d{4,19}$/, 'expected a CVE'),
      dateAdded: date,
      dueDate: date.optional(),
      knownRansomwareCampaignUse: z.string().optional(),
    }),
  ),
});

/** Reads the catalogue's JSON. Throws InputInvalid for anything else, and when it has fewer entries than it says. */
export function readKev(source: Source): Kev {
  const { catalogVersion, dateReleased, count, vulnerabilities } = readData(source, Catalogue);
  if (vulnerabilities.length !== count) {
    const message = `has ${vulnerabilities.length} vulnerabilities; expected ${count}, as its count says`;
    throw dataInvalid(source.file, [{ file: source.file, message }]);
  }
  const entries = vulnerabilities.map(
    ({ cveID, dateAdded, dueDate, knownRansomwareCampaignUse }): [string, KevEntry] => [
      cveID,
      {
        added: dateAdded,
        ...(dueDate === undefined ? {} : { due: dueDate }),
        ransomware: knownRansomwareCampaignUse === 'Known',
      },
    ],
  );
  return {
    file: source.file,
    version: catalogVersion,
    releasedAt: instantOf(dateReleased) ?? 0,
    entries: new Map(entries),
  };
}
