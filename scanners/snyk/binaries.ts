import { invalid } from '../invalid.ts';
import type { Draft } from './draft.ts';
import { objectAt, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { readVulnerability } from './vulnerability.ts';

/** `docker.binariesVulns`: vulnerabilities of programs that came by no package (such as node), told apart in two tables. */
export interface Binaries {
  data(id: string, fields: Json): void;
  affected(fields: Json, where: string): void;
  /** What is in both; throws `invalid` when one names what the other does not have. */
  drafts(where: string): Draft[];
}

export function openBinaries(): Binaries {
  const data = new Map<string, Json>();
  const affected: { id: string; name: string; version: unknown }[] = [];
  return {
    data(id, fields) {
      data.set(id, fields);
    },
    affected(fields, where) {
      const pkg = objectAt(fields['pkg'], `${where}.pkg`);
      const name = requiredOf(pkg, 'name', `${where}.pkg`);
      const issues = objectAt(fields['issues'], `${where}.issues`);
      for (const id of Object.keys(issues)) affected.push({ id, name, version: pkg['version'] });
    },
    drafts(where) {
      const unnamed = new Set(data.keys());
      const drafts = affected.map(({ id, name, version }) => {
        const fields = data.get(id);
        if (fields === undefined)
          throw invalid(`is no report of snyk: ${where} affects a package by what it does not describe`);
        unnamed.delete(id);
        return readVulnerability({ ...fields, id, name, version }, where);
      });
      if (unnamed.size > 0) throw invalid(`is no report of snyk: ${where} describes what affects no package`);
      return drafts;
    },
  };
}
