import { severityOf } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { invalid } from '../invalid.ts';
import { firstLine, present } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import type { Unnamed } from '../tell-apart.ts';

/**
 * One leak, and what tells it apart from others. Its fingerprint is made of where it is (rule, file, commit, lines and columns), never of
 * the secret or its line, so it is the same whether or not the report is redacted.
 */
export interface Leak {
  /** 7 stands for 7 and older. */
  generation: 7 | 8;
  finding: Unnamed;
  place: readonly number[];
  parts: readonly (string | number)[];
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isName: Check = (value) => typeof value === 'string' && value !== '';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** -1 stands for none: it was the name of the file that matched, or the line is gone. */
const isLineOf7: Check = (value) => value === -1 || isCount(value);
const isOptional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** Fields that are used, and some that only gitleaks writes. `Fingerprint` came with 8.10. */
const fieldsOf8: Readonly<Record<string, Check>> = {
  RuleID: isName,
  Description: isOptional(isText),
  File: isText,
  StartLine: isCount,
  EndLine: isOptional(isCount),
  StartColumn: isCount,
  EndColumn: isOptional(isCount),
  Commit: isText,
  Secret: isText,
  Fingerprint: isOptional(isText),
};
/** `lineNumber` came with 5. */
const fieldsOf7: Readonly<Record<string, Check>> = {
  rule: isName,
  file: isText,
  lineNumber: isOptional(isLineOf7),
  commit: isText,
  line: isText,
  offender: isText,
};

/** Reads one entry of a report, of gitleaks 8 or of 7 and older. Throws `invalid`, with the names of fields and nothing of what is in them. */
export function readLeak(fields: Json, where: string): Leak {
  const notOurs = `is not a report of gitleaks: ${where} is no leak`;
  const [is8, is7] = [Object.hasOwn(fields, 'RuleID'), Object.hasOwn(fields, 'rule')];
  if (is8 && is7) throw invalid(`${notOurs} (RuleID and rule: one is of gitleaks 8, one of gitleaks 7)`);
  const wrong = Object.entries(is7 ? fieldsOf7 : fieldsOf8).filter(([name, check]) => !check(fields[name]));
  // The first releases of 8 said Context for Match.
  const hasMatch = is7 || isText(fields['Match'] ?? fields['Context']);
  const names = [...wrong.map(([name]) => name), ...(hasMatch ? [] : ['Match'])];
  if (names.length > 0) throw invalid(`${notOurs} (${names.join(', ')})`);
  return is7 ? leakOf7(fields) : leakOf8(fields);
}

function leakOf8(fields: Json): Leak {
  const {
    RuleID: rule,
    File: file,
    Commit: commit,
    Description,
    Fingerprint,
    Secret,
  } = fields as Record<string, string>;
  const { StartLine: line, StartColumn: column, EndLine, EndColumn } = fields as Record<string, number>;
  const place = [line ?? 0, column ?? 0, EndLine ?? 0, EndColumn ?? 0];
  const title = firstLine(Description);
  const url = linkOf(fields['Link']);
  return {
    generation: 8,
    finding: {
      ...findingOf(rule ?? '', file ?? '', line ?? 0, commit ?? '', Fingerprint),
      ...present({ title, url }),
    },
    place: [...place, apart(fields['Match'] ?? fields['Context'], Secret)],
    parts: [rule ?? '', file ?? '', commit ?? '', ...place, ...(commit === '' ? [entropyOf(fields)] : [])],
  };
}

/**
 * How mixed the characters of the secret are; gitleaks writes it in a redacted report too. A commit keeps what is in it for ever, but in
 * a folder another secret may come to the same place: mostly it has another length or entropy.
 */
function entropyOf({ Entropy: entropy }: Json): number {
  return typeof entropy === 'number' ? entropy : 0;
}

/** A number that two entries of one report share only if they are the same. It orders them, and goes into no fingerprint. */
function apart(...texts: readonly unknown[]): number {
  return Number.parseInt(fingerprintOf('gitleaks/apart', ...texts.map(String)).slice(0, 12), 16);
}

function leakOf7(fields: Json): Leak {
  const { rule, file, commit, line, offender } = fields as Record<string, string>;
  const lineNumber = Math.max(0, (fields['lineNumber'] as number | undefined) ?? 0);
  return {
    generation: 7,
    finding: findingOf(rule ?? '', file ?? '', lineNumber, commit ?? '', undefined),
    // There are no columns, and the oldest have no lines either.
    place: [lineNumber, apart(line, offender)],
    parts: [rule ?? '', file ?? '', commit ?? '', lineNumber],
  };
}

function findingOf(rule: string, file: string, line: number, commit: string, id: string | undefined): Unnamed {
  return {
    id: id === undefined || id === '' ? [...(commit === '' ? [] : [commit]), file, rule, line].join(':') : id,
    rule,
    category: 'secret',
    // gitleaks rates nothing.
    severity: severityOf(undefined),
    location: {
      // What came by standard input has no file.
      path: file === '' ? '-' : file,
      ...(line === 0 ? {} : { line }),
      ...(commit === '' ? {} : { commit }),
    },
  };
}

/** A link that carries no user name or password. */
function linkOf(link: unknown): string | undefined {
  return typeof link === 'string' && /^https:\/\/[^/@\s?#]+\/[^\s?]*$/.test(link) ? link : undefined;
}
