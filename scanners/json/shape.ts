import { invalid } from '../invalid.ts';
import { textAt } from './field.ts';
import type { Step } from './structure.ts';

/** What is done with one object or list of a report. */
export interface Piece {
  step: Step;
  /** Of an object that is walked: its fields. An object or a list that is not named here makes the report invalid. */
  fields?: Readonly<Record<string, Shape>>;
  /** Of a list that is walked, or of an object whose keys are names: all its members. */
  each?: Shape;
  entered?: () => void;
  /** Of what comes whole. `where` is its place, and `key` its name in its object. */
  taken?: (value: never, where: string, key: string) => void;
  /** Of what is walked, when it has ended; with those of its fields that are kept. */
  left?: (kept: Json, where: string) => void;
}

/** What may stand at one place of a report. Anything else there makes the report invalid. */
export interface Shape {
  object?: Piece;
  array?: Piece;
  /** A text, number, boolean or null. `keep`: it goes to `left` of its object. */
  scalar?: 'keep' | ((value: unknown, where: string) => void);
  /** The tool writes null there for "none". */
  isNullable?: boolean;
}

export type Hooks = Pick<Piece, 'entered' | 'left'>;
export type Json = Readonly<Record<string, unknown>>;

/** An object that is walked: its fields may come in any order. A text or number that is not named is harmless. */
export function walked(fields: Readonly<Record<string, Shape>>, hooks: Hooks = {}): Shape {
  return { object: { step: 'walk', fields, ...hooks } };
}

/** An object that is walked and whose keys are names. */
export function mapOf(each: Shape): Shape {
  return { object: { step: 'walk', each } };
}

/** A list that is walked. */
export function listOf(each: Shape, hooks: Pick<Hooks, 'entered'> = {}): Shape {
  return { array: { step: 'walk', each, ...hooks } };
}

/** An object that comes whole. */
export function taken(read: (value: Json, where: string, key: string) => void): Shape {
  return { object: { step: 'take', taken: read } };
}

/** The same with these fields only. Whatever else it has is harmless, and is not held. */
export function picked(fields: readonly string[], read: (value: Json, where: string, key: string) => void): Shape {
  return { object: { step: new Set(fields), taken: read } };
}

/** A text. */
export function textual(read: (text: string, where: string) => void): Shape {
  return { scalar: (value, where) => read(textAt(value, where), where) };
}

/** What makes the report invalid, and why. */
export function refused(reason: string): Shape {
  const entered = (): never => {
    throw invalid(reason);
  };
  return { object: { step: 'skip', entered }, array: { step: 'skip', entered }, scalar: entered };
}

/** Only an object may stand here. It does not matter. */
export const skippedObject: Shape = { object: { step: 'skip' } };
/** Only a list may stand here. It does not matter. */
export const skippedList: Shape = { array: { step: 'skip' } };
/** Anything may stand here. It does not matter. */
export const skipped: Shape = { ...skippedObject, ...skippedList, scalar: () => undefined };

/** Fields that do not matter. */
export function skippedAll(keys: readonly string[]): Record<string, Shape> {
  return Object.fromEntries(keys.map((key) => [key, skipped]));
}

/** Fields that are texts, numbers and so on. What they are, `left` of their object checks. */
export function kept(...keys: readonly string[]): Record<string, Shape> {
  return Object.fromEntries(keys.map((key) => [key, { scalar: 'keep' }]));
}
