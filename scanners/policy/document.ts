import type * as z from 'zod';
import { fail } from '../../functions/core/errors.ts';
import { childPointer, describeProblem, type Pointer, type Problem } from '../../functions/core/render/position.ts';
import { readYaml, type YamlDocument } from '../../functions/core/render/yaml.ts';

/** A text and the name of the file that it is from, for messages. */
export interface Source {
  file: string;
  text: string;
}

/** More would fill a screen, and the first ones are the causes. */
const problemsShown = 50;

/** The catalogue of exploited vulnerabilities is 2 MB today; nobody writes more by hand. */
const dataLimits = { bytes: 32 * 1024 * 1024, values: 2_000_000 };

/** The one document of a YAML or JSON file as the schema has it, or every problem with its line. */
export function readDocument<T>(
  { file, text }: Source,
  schema: z.ZodType<T>,
  limits?: typeof dataLimits,
): { value?: T; problems: Problem[] } {
  const { documents, problems } = readYaml(file, text, limits);
  if (problems.length > 0) return { problems };
  const [document] = documents;
  if (document === undefined || documents.length > 1) {
    return { problems: [{ file, message: `has ${documents.length} documents; expected one` }] };
  }
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, document)) };
}

/** The same for a file that a machine wrote. Throws InputInvalid. */
export function readData<T>(source: Source, schema: z.ZodType<T>): T {
  const { value, problems } = readDocument(source, schema, dataLimits);
  if (value === undefined) throw dataInvalid(source.file, problems);
  return value;
}

/** InputInvalid for all that is wrong in a file that a machine wrote. */
export function dataInvalid(file: string, found: readonly Problem[]): Error {
  const { message, problems } = documentFault(file, found);
  return fail('InputInvalid', message, { source: file, problems });
}

/** The sentence and the lines of one error for all that is wrong in a file. */
export function documentFault(file: string, problems: readonly Problem[]): { message: string; problems: string[] } {
  const lines = problems.slice(0, problemsShown).map((problem) => describeProblem(problem, ''));
  const more = problems.length > problemsShown ? [`and ${problems.length - problemsShown} more`] : [];
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const text = [...lines, ...more].join('; ');
  return { message: `${file} has ${count}: ${text}.`, problems: [...lines, ...more] };
}

function problemsOf(issue: z.core.$ZodIssue, document: YamlDocument): Problem[] {
  const path = issue.path.reduce<Pointer>((pointer, key) => childPointer(pointer, String(key)), '');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const place = childPointer(path, key);
      return { ...document.locate(place), path: place, message: 'unknown key' };
    });
  }
  // A key that is refused by its form has its sentence inside.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ ...document.locate(path), path, message }];
}
