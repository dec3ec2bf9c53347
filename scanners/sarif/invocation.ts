import { invalid } from '../invalid.ts';
import { fieldNames, objectOf, textOf, wordOf } from '../json/field.ts';
import { levels, type Level } from './severity.ts';
import { kept, listOf, skippedAll, taken, walked, type Json, type Shape } from '../json/shape.ts';

/** What the runs of the tool itself say. */
export interface Invocations {
  /** Notifications of level `warning`. */
  warnings: number;
  overrides: { id: string; level: Level }[];
  endedAt?: string;
}

/** The list `invocations` of a run. A run that failed, or says that a part of it did, proves nothing: it throws `invalid`. */
export function invocationsShape(ofRun: () => Invocations): Shape {
  const notification = taken((value, where) => {
    const level = wordOf(value, 'level', levels, where) ?? 'warning';
    if (level === 'error') throw invalid(`says that the scan went wrong: ${where} is an error`);
    if (level === 'warning') ofRun().warnings += 1;
  });
  const others = fieldNames(
    'arguments responseFiles notificationConfigurationOverrides executableLocation',
    'workingDirectory environmentVariables stdin stdout stderr stdoutStderr properties',
  );
  const fields: Record<string, Shape> = {
    ...kept('executionSuccessful', 'endTimeUtc'),
    ...skippedAll(others),
    toolExecutionNotifications: listOf(notification),
    toolConfigurationNotifications: listOf(notification),
    ruleConfigurationOverrides: listOf(taken((value, where) => override(value, where, ofRun()))),
  };
  return listOf(
    walked(fields, {
      left: ({ executionSuccessful: isSuccessful, endTimeUtc: end }) => {
        keepEarliest(end, ofRun());
        if (isSuccessful === false) throw invalid('says that the scan failed: executionSuccessful is false');
        if (isSuccessful !== true)
          throw invalid('does not say whether the scan succeeded: executionSuccessful is missing');
      },
    }),
  );
}

function override(value: Json, where: string, into: Invocations): void {
  const level = wordOf(objectOf(value, 'configuration', where) ?? {}, 'level', levels, where);
  const id = textOf(objectOf(value, 'descriptor', where) ?? {}, 'id', where);
  if (level !== undefined && id !== undefined) into.overrides.push({ id, level });
}

/** A report is as old as its oldest part. */
function keepEarliest(value: unknown, into: Invocations): void {
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) return;
  const text = new Date(time).toISOString();
  if (into.endedAt === undefined || text < into.endedAt) into.endedAt = text;
}
