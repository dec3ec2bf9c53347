import { invalid } from '../invalid.ts';
import type { ReportParser } from '../report.ts';
import { listOf, taken } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import { tellApart } from '../tell-apart.ts';
import { readLeak, type Leak } from './leak.ts';

/**
 * Reads the JSON report of gitleaks (`gitleaks git --report-format json`; of 7 and older `--report`). Its ways to say "nothing found" are
 * `[]` and, of gitleaks 7 and older, `null`; only these are taken for it. What is empty, cut off or of another tool is not valid, and so
 * is a list that mixes both generations. The reason shows nothing of the text, which may be a secret.
 *
 * Secrets, matches, lines, authors and messages are never kept. The format does not tell what was scanned: its log does
 * (`12 commits scanned.`). Without a finding, and without that number from the run, the verdict is `invalid`.
 */
export const gitleaks: ReportParser = (sink) => {
  const leaks = tellApart('gitleaks', sink);
  let generation: Leak['generation'] | undefined;
  const list = listOf(
    taken((fields, where) => {
      const leak = readLeak(fields, where);
      if (generation !== undefined && leak.generation !== generation)
        throw invalid(`mixes leaks of gitleaks 8 with leaks of gitleaks 7 or older: ${where} is of the other`);
      generation = leak.generation;
      leaks.add(leak.finding, leak.place, leak.parts);
    }),
  );
  return {
    ...visitorOf('a report of gitleaks', { ...list, isNullable: true }),
    end() {
      leaks.end();
      return { coverage: {}, scanner: { name: 'gitleaks' }, warnings: [] };
    },
  };
};
