/** One long step, from `Progress.start`. Exactly one of `done` and `fail` ends it. */
export interface Step {
  /** Says what the step is doing now. */
  note(text: string): void;
  /** Ends the step; `text` replaces its label in the closing line. */
  done(text?: string): void;
  /** Ends the step as failed. */
  fail(text?: string): void;
}

/** Where long steps tell how they are getting on. */
export interface Progress {
  start(label: string): Step;
  /** One line by itself. */
  line(text: string): void;
}

export interface ProgressOptions {
  /** Default: stderr, so that output for programs stays clean. */
  stream?: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  env?: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch; for tests. */
  now?: () => number;
  /** Time between two signs of life where the stream is no terminal, milliseconds; default 30 000. */
  intervalMs?: number;
}

/** A progress that says nothing. */
export const silentProgress: Progress = {
  start: () => ({ note() {}, done() {}, fail() {} }),
  line() {},
};

/** The same without single lines: silent where no step is taken, for commands whose result is all there is to say. */
export const stepsOnly = (progress: Progress): Progress => ({
  start: (label) => progress.start(label),
  line() {},
});

/** On a terminal one line that is kept up to date; elsewhere a line at start, every 30 s and at the end. No colours. */
export function createProgress(options: ProgressOptions = {}): Progress {
  const { stream = process.stderr, env = process.env, now = Date.now, intervalMs = 30_000 } = options;
  const live = stream.isTTY === true && env.TERM !== "dumb";
  const running = new Map<object, { text: string; since: number }>();
  const paint = () => {
    const parts = [...running.values()].map((step) => `${step.text} … ${formatElapsed(now() - step.since)}`);
    stream.write(`\r\x1b[K${shorten(parts.join("; "), stream.columns || 80)}`);
  };
  const print = (text: string) => {
    stream.write(live ? `\r\x1b[K${text}\n` : `${text}\n`);
    if (live && running.size > 0) paint();
  };
  return {
    line: print,
    start(label) {
      const key = {};
      const step = { text: label, since: now() };
      running.set(key, step);
      if (live) paint();
      else print(`${label} …`);
      const sign = () => (live ? paint() : print(`${step.text} … ${formatElapsed(now() - step.since)}`));
      const timer = setInterval(sign, live ? 1000 : intervalMs);
      timer.unref();
      const end = (text: string) => {
        clearInterval(timer);
        running.delete(key);
        print(`${text} (${formatElapsed(now() - step.since)})`);
      };
      return {
        note(text) {
          step.text = `${label}: ${text}`;
          if (live) paint();
        },
        done: (text = label) => end(text),
        fail: (text = `${label}: failed`) => end(text),
      };
    },
  };
}

/** `0.2 s`, `42 s`, `3 min 05 s`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

function shorten(text: string, columns: number): string {
  return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
}
