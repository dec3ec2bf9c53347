import { isObject } from '../../json/field.ts';

type Members = Record<string, unknown>;

/** A log with one run of one tool, and what a test changes of it. Results get a message. */
export function logOf(
  results: readonly Members[],
  { rules = [], driver = {}, run = {} }: { rules?: readonly Members[]; driver?: Members; run?: Members } = {},
): Members {
  return {
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'Lantern', rules, ...driver } }, results: results.map(withMessage), ...run }],
  };
}

function withMessage(result: unknown): unknown {
  return isObject(result) ? { message: { text: 'x' }, ...result } : result;
}

/** A place in a file. */
export function placed(uri: string, startLine?: number, more: Members = {}): Members {
  const region = startLine === undefined ? {} : { region: { startLine } };
  return { locations: [{ physicalLocation: { artifactLocation: { uri, ...more }, ...region } }] };
}
