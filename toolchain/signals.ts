const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const cleanups = new Set<(signal: NodeJS.Signals) => void>();

/**
 * Sees to it that `cleanup` runs when this process is told to stop; the signal then takes its
 * usual course. Returns how to take that back. `cleanup` must be synchronous.
 */
export function onStop(cleanup: (signal: NodeJS.Signals) => void): () => void {
  if (cleanups.size === 0) for (const signal of signals) process.on(signal, stop);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) forget();
  };
}

function stop(signal: NodeJS.Signals): void {
  // Last come, first cleaned: a program is stopped before its folder goes, the lock goes last.
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup(signal);
    } catch {}
  }
  cleanups.clear();
  forget();
  process.kill(process.pid, signal);
}

function forget(): void {
  for (const signal of signals) process.removeListener(signal, stop);
}
