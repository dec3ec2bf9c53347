// @ts-check
/**
 * @typedef {object} Step
 * @property {(text: string) => void} update what it waits for now
 * @property {(text?: string) => void} done
 * @property {(error: unknown) => void} fail
 */

/**
 * @typedef {object} Progress
 * @property {(name: string, waitsFor?: string, options?: { since?: number }) => Step} step starts a step; `since`: when it
 *   really started (milliseconds of the epoch), for a step that another process began
 * @property {(line: string) => void} log prints a line above the running steps
 * @property {() => void} close takes the running steps off the screen; for the end, and before another process takes over;
 *   nothing is shown afterwards
 */

/**
 * @typedef {object} Output where it goes: process.stderr, or a test's own
 * @property {(text: string) => unknown} write
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 */

/** @typedef {{ name: string, since: number, text: string, printed: number }} Running */

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const NAME_WIDTH = 22;

/**
 * Shows steps that take long, several at once. On a terminal: one live line for each running step. Elsewhere: a plain line
 * when a step starts, every 15 seconds, and when it ends.
 * @param {{ out?: Output, everyMs?: number, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Progress}
 */
export function createProgress(options = {}) {
  const { out = process.stderr, everyMs = 15_000, env = process.env } = options;
  const live = out.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
  const colored = live && !env['NO_COLOR'];
  /** @type {Set<Running>} */
  const running = new Set();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let [drawn, frame, closed] = [0, 0, false];

  /** @param {number} code @param {string} text */
  const color = (code, text) => (colored ? `\u001B[${code}m${text}\u001B[0m` : text);
  const erase = () => {
    if (drawn > 0) out.write(`\u001B[${drawn}A\u001B[0J`);
    drawn = 0;
  };
  const draw = () => {
    const lines = [...running].map((step) => liveLine(step));
    out.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  /** @param {Running} step */
  const liveLine = (step) => {
    const head = `${step.name.padEnd(NAME_WIDTH)} ${elapsed(step.since).padStart(6)}`;
    const room = (out.columns || 80) - head.length - 5;
    const mark = SPINNER[frame % SPINNER.length] ?? '';
    return `${color(36, mark)} ${head}  ${color(2, cut(step.text, room))}`;
  };
  const tick = () => {
    if (live) {
      frame += 1;
      erase();
      draw();
      return;
    }
    for (const step of running) {
      if (Date.now() - step.printed < everyMs) continue;
      step.printed = Date.now();
      out.write(`… ${step.name}: ${elapsed(step.since)}${step.text ? `, ${step.text}` : ''}\n`);
    }
  };
  /** @param {Running} step */
  const show = (step) => {
    running.add(step);
    timer ??= setInterval(tick, live ? 100 : Math.min(everyMs, 1_000)).unref();
    if (live) tick();
  };
  /** @param {string} line */
  const log = (line) => {
    if (closed) return;
    erase();
    out.write(`${line}\n`);
    if (live) draw();
  };
  /** @param {Running} step @param {string} line */
  const end = (step, line) => {
    if (!running.delete(step)) return;
    log(line);
    if (running.size === 0) stopTimer();
  };
  const stopTimer = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    log,
    step(name, waitsFor = '', { since = Date.now() } = {}) {
      const step = { name, since, text: waitsFor, printed: Date.now() };
      if (!closed) show(step);
      if (!closed && !live) out.write(`… ${name}${waitsFor ? `: ${waitsFor}` : ''}\n`);
      return {
        update: (text) => void (step.text = text),
        done(text = '') {
          const head = `${name.padEnd(NAME_WIDTH)} ${elapsed(since).padStart(6)}`;
          end(step, `${color(32, '✓')} ${text ? `${head}  ${text}` : head}`);
        },
        fail(error) {
          const why = error instanceof Error ? error.message : String(error);
          end(step, `${color(31, '✗')} ${name.padEnd(NAME_WIDTH)} ${elapsed(since).padStart(6)}  ${firstLine(why)}`);
        },
      };
    },
    close() {
      erase();
      closed = true;
      running.clear();
      stopTimer();
    },
  };
}

/** @param {number} since */
function elapsed(since) {
  const seconds = (Date.now() - since) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
}

/** @param {string} text @param {number} width */
function cut(text, width) {
  const line = firstLine(text);
  return line.length <= width ? line : `${line.slice(0, Math.max(width - 1, 0))}…`;
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n', 1)[0] ?? '';
}
