import type { Log } from '../core/ports.ts';
import type { Redactor } from './redact.ts';

/** JSON lines, as Lambda's log format expects them. Everything passes the redactor: there is no other way out. */
export function jsonLog(write: (line: string) => void, redact: Redactor, base: Record<string, unknown> = {}): Log {
  const line =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      const head = { time: new Date().toISOString(), level, message };
      // Twice: to be read first, and so that no field can take its place.
      write(JSON.stringify(redact.value({ ...head, ...base, ...fields, ...head })));
    };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
