// Words of the tool, of all versions (semgrep_output_v1.atd up to 1.185).

/** The newer four came with 1.72. EXPERIMENT and INVENTORY rate nothing. */
export const severities: ReadonlySet<string> = new Set([
  'CRITICAL',
  'HIGH',
  'MEDIUM',
  'LOW',
  'ERROR',
  'WARNING',
  'INFO',
  'EXPERIMENT',
  'INVENTORY',
]);

/** Of `errors`. */
export const levels: ReadonlySet<string> = new Set(['error', 'warn', 'warning', 'info']);

/** These are about a rule, or about how packages depend on each other. After all others the file was not scanned, or only in part. */
export const notOfFiles: ReadonlySet<string> = new Set([
  'Rule parse error',
  'PatternParseError',
  'Pattern parse error',
  'InvalidRuleSchemaError',
  'Invalid YAML',
  'IncompatibleRule',
  'Incompatible rule',
  'Missing plugin',
  'UnknownLanguageError',
  'DependencyResolutionError',
]);

/** What went wrong. A word that is not among these is never shown: it may be anything. */
export const knownKinds: ReadonlySet<unknown> = new Set([
  'Lexical error',
  'Syntax error',
  'Other syntax error',
  'AST builder error',
  'PartialParsing',
  'Timeout',
  'Fixpoint timeout',
  'Out of memory',
  'Stack overflow',
  'Too many matches',
  'Fatal error',
  'Timeout during interfile analysis',
  'OOM during interfile analysis',
  'Internal matching error',
  ...notOfFiles,
  'SemgrepError',
  'SemgrepWarning',
]);

/** By a file .semgrepignore, or where there is none by semgrep's own list: test/, tests/, build/ and so on. */
export const IGNORED = 'semgrepignore_patterns_match';

/** Files that nobody wanted scanned. All other reasons mean that code was left out: by semgrep's own limits, or because it failed. */
export const asTold: ReadonlySet<string> = new Set([
  'always_skipped',
  'cli_include_flags_do_not_match',
  'cli_exclude_flags_match',
  'excluded_by_config',
  'wrong_language',
  'binary',
  'irrelevant_rule',
  'Gitignore_patterns_match',
  'Dotfile',
]);
/** Files that semgrep leaves out unless it is told otherwise (`--max-target-bytes`): most of them are made by a tool, and any repository may have them. */
export const byDefault: ReadonlySet<string> = new Set(['exceeded_size_limit', 'too_big', 'minified']);
/** The other reasons that are known; a word that is not is never shown. */
export const leftOutBy: ReadonlySet<unknown> = new Set([
  ...byDefault,
  'too_many_matches',
  'analysis_failed_parser_or_internal_error',
  'Nonexistent_file',
  'insufficient_permissions',
]);
