import type { Log } from '../core/ports.ts';
import type { Redactor } from './redact.ts';

/** JSON lines, as Lambda's log format expects them. Everything passes the redactor: there is no other way out. */
export function jsonLog(write: (line: string) => void, redact: Redactor, base: Record<string, unknown> = {}): Log {
  const line =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      write(JSON.stringify(redact.value({ time: new Date().toISOString(), level, message, ...base, ...fields })));
    };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}
