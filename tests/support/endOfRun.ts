/** How long what is left over may take to end by itself. */
const graceMs = 5_000;

/**
 * Ends a run that something left open keeps alive: a server, a socket or a child that a failed test did not get to
 * close. Without it mocha would wait for ever, and a test that was too slow once would look like a hang.
 */
export function mochaGlobalTeardown(): void {
  const end = () => {
    const open = process.getActiveResourcesInfo().join(", ");
    process.stderr.write(`The tests are over and something is still open: ${open}.\n`);
    process.exit(process.exitCode || 1);
  };
  // It does not keep the process alive by itself, so it only fires where something else does.
  setTimeout(end, graceMs).unref();
}
