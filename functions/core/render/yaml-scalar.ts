import { NOT_RESOLVED, defineScalarTag, floatCoreTag, intCoreTag } from 'js-yaml';

/** Integers of YAML 1.2, and 0644 in octal: kubectl reads it so, and a file mode must not change with the tool. */
export const integerTag = defineScalarTag<number>(intCoreTag.tagName, {
  implicit: true,
  implicitFirstChars: intCoreTag.implicitFirstChars,
  identify: intCoreTag.identify,
  resolve: (source, isExplicit, tagName) =>
    /^[-+]?0[0-7]+$/.test(source) ? Number.parseInt(source, 8) : intCoreTag.resolve(source, isExplicit, tagName),
});

/** Booleans to kubectl (go-yaml 2 keeps YAML 1.1's), text to YAML 1.2. */
const words = /^(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
/** Numbers to kubectl, once their underscores are gone. */
const goNumber = /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)$/;

/**
 * What is wrong with a value that is written without quotes and without a tag: kubectl and YAML 1.2 read two things,
 * or JSON cannot carry it. Undefined when both read the same. The value itself is not told: it may be a secret.
 */
export function valueProblem(source: string): string | undefined {
  if (words.test(source)) {
    return `${source} is a boolean to kubectl and a string to YAML 1.2: write true, false or "${source}"`;
  }
  const integer = integerTag.resolve(source, false, integerTag.tagName);
  if (integer !== NOT_RESOLVED) {
    return Number.isSafeInteger(integer) ? undefined : 'the number is too large to be kept exactly: put it in quotes';
  }
  const float = floatCoreTag.resolve(source, false, floatCoreTag.tagName);
  if (float !== NOT_RESOLVED) {
    return Number.isFinite(float) ? undefined : `${source} is no number of JSON: put it in quotes`;
  }
  const isOnlyGo = /_/.test(source) || /^[-+]?0[xXbBoO]/.test(source);
  if (isOnlyGo && isGoNumber(source)) {
    return 'kubectl reads a number here and YAML 1.2 a string: put it in quotes, or write it in plain digits';
  }
  return undefined;
}

/** Whether kubectl takes the text for a number. */
export function isGoNumber(source: string): boolean {
  return /^[-+.\d]/.test(source) && goNumber.test(source.replaceAll('_', ''));
}

/** The same for a key: one that is read as anything but its own text has to stand in quotes. */
export function keyProblem(source: string): string | undefined {
  if (/^(|~|null|Null|NULL)$/.test(source)) return 'a key must be a string, not null';
  if (words.test(source)) return `kubectl reads the key ${source} as a boolean: put it in quotes`;
  const isNumber = /^[-+]?\.inf$|^\.nan$/i.test(source) || (isGoNumber(source) && String(Number(source)) !== source);
  const isBoolean = /^(True|TRUE|False|FALSE)$/.test(source);
  return isNumber || isBoolean ? `the key ${source} is read as a number or a boolean: put it in quotes` : undefined;
}
