import { severityOf } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { firstLine, present } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import type { Unnamed } from '../tell-apart.ts';

/** One leak, and what tells it apart from others: its place, and what stays the same when that moves. */
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
  lineNumber: isOptional(isCount),
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
  const title = firstLine(Description);
  const url = linkOf(fields['Link']);
  return {
    generation: 8,
    finding: {
      ...findingOf(rule ?? '', file ?? '', line ?? 0, commit ?? '', Fingerprint),
      ...present({ title, url }),
    },
    place: [line ?? 0, column ?? 0, EndLine ?? 0, EndColumn ?? 0],
    parts: [rule ?? '', file ?? '', commit ?? '', ...what(Secret ?? '', line ?? 0, column ?? 0)],
  };
}

function leakOf7(fields: Json): Leak {
  const { rule, file, commit, line, offender } = fields as Record<string, string>;
  const lineNumber = (fields['lineNumber'] as number | undefined) ?? 0;
  return {
    generation: 7,
    finding: findingOf(rule ?? '', file ?? '', lineNumber, commit ?? '', undefined),
    place: [lineNumber],
    // There are no columns, and the oldest have no lines either: the text of the line has to do.
    parts: [rule ?? '', file ?? '', commit ?? '', line ?? '', ...what(offender ?? '', lineNumber, 0)],
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

/** What `--redact` leaves of a secret: a word in its place, or with a percentage its beginning and three dots. */
function isRedacted(secret: string): boolean {
  return secret === 'REDACTED' || secret === 'REDACT' || secret === '' || secret.endsWith('...');
}

/**
 * The secret itself where the report has it (it is only ever hashed, with a key): a new secret on a line that was accepted is a new
 * finding, and an old one stays the same when its line moves. Else its place. Of one leak, the two cannot be equal: a project that
 * accepts leaks must redact always or never.
 */
function what(secret: string, line: number, column: number): (string | number)[] {
  return isRedacted(secret) ? ['place', line, column] : ['secret', secret];
}

/** A link that carries no user name or password. */
function linkOf(link: unknown): string | undefined {
  return typeof link === 'string' && /^https:\/\/[^/@\s?#]+\/[^\s?]*$/.test(link) ? link : undefined;
}
