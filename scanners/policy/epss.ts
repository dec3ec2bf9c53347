import { dataInvalid, type Source } from './document.ts';
import { instantOf } from './instant.ts';

/** FIRST's exploit prediction scores: the probability that a CVE is exploited within 30 days. */
export interface Epss {
  file: string;
  model: string;
  scoredAt: number;
  scores: ReadonlyMap<string, number>;
}

const score = String.raw`(\d(?:\.\d{1,20})?(?:e-\d{1,3})?)`;
const row = new RegExp(`^(CVE-\\d{4}-\\d{4,19}),${score},${score}$`);

/**
 * Reads the daily file of https://epss.empiricalsecurity.com as plain text (it comes with gzip). Throws InputInvalid for anything
 * else, and when a line is not whole.
 */
export function readEpss({ file, text }: Source): Epss {
  const refuse = (line: number, message: string): Error => dataInvalid(file, [{ file, line, message }]);
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const [, model, scored] = /^#model_version:([\w.-]{1,50}),score_date:(\S{1,50})$/.exec(lines[0] ?? '') ?? [];
  // Their older files write the zone without a colon.
  const scoredAt = instantOf(scored?.replace(/\+(\d\d)(\d\d)$/, '+$1:$2') ?? '');
  if (model === undefined || scoredAt === undefined) {
    throw refuse(1, 'expected #model_version:…,score_date:…, the first line of the scores as they are published');
  }
  if (lines[1] !== 'cve,epss,percentile') throw refuse(2, 'expected cve,epss,percentile');
  if (lines.length < 3) throw refuse(2, 'has no scores');
  const scores = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    if (at < 2) continue;
    const [, cve, epss, percentile] = row.exec(line) ?? [];
    if (cve === undefined || Number(epss) > 1 || Number(percentile) > 1)
      throw refuse(at + 1, 'expected a CVE and two numbers from 0 to 1');
    if (scores.has(cve)) throw refuse(at + 1, `has ${cve} twice`);
    scores.set(cve, Number(epss));
  }
  return { file, model, scoredAt, scores };
}
