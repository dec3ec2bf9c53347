import { buildFrom, type Build } from './build.ts';

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export interface Settings {
  build: Build;
  host: string;
  port: number;
  logLevel: string;
  /** Milliseconds between "not ready" and the closing of the port: time for proxies to look elsewhere. */
  drainMs: number;
  /** Milliseconds from the signal until requests that still run are cut off. Keep it below the pod's grace period. */
  deadlineMs: number;
}

/** Reads every setting once, at the start. Throws an Error that lists all that is wrong. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const problems: string[] = [];
  const integer = (name: string, otherwise: number, max: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return otherwise;
    if (/^\d{1,9}$/.test(text) && Number(text) <= max) return Number(text);
    problems.push(`${name} must be a whole number from 0 to ${max}, not ${JSON.stringify(text)}.`);
    return otherwise;
  };
  const build = (): Build => {
    try {
      return buildFrom(env['REVISION']);
    } catch (error) {
      problems.push((error as Error).message);
      return buildFrom(undefined);
    }
  };

  const settings: Settings = {
    build: build(),
    host: env['HOST'] || '0.0.0.0',
    port: integer('PORT', 8080, 65_535),
    logLevel: env['LOG_LEVEL'] || 'info',
    drainMs: integer('DRAIN_MS', 2_000, 600_000),
    deadlineMs: integer('SHUTDOWN_DEADLINE_MS', 10_000, 600_000),
  };
  if (!levels.includes(settings.logLevel)) problems.push(`LOG_LEVEL must be one of ${levels.join(', ')}.`);
  if (settings.drainMs > settings.deadlineMs) problems.push('DRAIN_MS must not exceed SHUTDOWN_DEADLINE_MS.');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return settings;
}
