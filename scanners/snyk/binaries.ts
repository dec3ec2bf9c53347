import { invalid } from '../invalid.ts';
import type { Draft } from './draft.ts';
import { fieldsAt, textOf, type Fields } from './field.ts';
import { readVulnerability } from './vulnerability.ts';

/** `docker.binariesVulns`: vulnerabilities of programs that came by no package (such as node), told apart in two tables. */
export interface Binaries {
  data(id: string, value: unknown, place: string): void;
  affected(value: unknown, place: string): void;
  /** What is in both; throws `invalid` when one names what the other does not have. */
  drafts(place: string): Draft[];
}

export function openBinaries(): Binaries {
  const data = new Map<string, Fields>();
  const affected: { id: string; name: string; version: unknown }[] = [];
  return {
    data(id, value, place) {
      data.set(id, fieldsAt(value, place));
    },
    affected(value, place) {
      const fields = fieldsAt(value, place);
      const pkg = fieldsAt(fields['pkg'], `pkg of ${place}`);
      const name = textOf(pkg, 'name', `pkg of ${place}`);
      const issues = fieldsAt(fields['issues'], `issues of ${place}`);
      for (const id of Object.keys(issues)) affected.push({ id, name, version: pkg['version'] });
    },
    drafts(place) {
      const unnamed = new Set(data.keys());
      const drafts = affected.map(({ id, name, version }) => {
        const fields = data.get(id);
        if (fields === undefined)
          throw invalid(`is no report of snyk: ${place} affects a package by what it does not describe`);
        unnamed.delete(id);
        return readVulnerability({ ...fields, id, name, version }, place);
      });
      if (unnamed.size > 0) throw invalid(`is no report of snyk: ${place} describes what affects no package`);
      return drafts;
    },
  };
}
