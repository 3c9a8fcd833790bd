/**
 * Writes to a SQLite database all the time, as K3s does to its own, and stands in for K3s where only that matters.
 * Each transaction writes rows to one table and their number to another, so that a torn copy shows.
 *
 * usage: sqliteWriter.ts FILE [check]: `check` says instead whether the file is whole, in one line of JSON
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const [file = "", what] = process.argv.slice(2);
mkdirSync(dirname(file), { recursive: true });
const database = new DatabaseSync(file);
/** The one value that a statement answers with. */
const ask = (statement: string): unknown => Object.values(database.prepare(statement).get() ?? {})[0];

if (what === "check") {
  const [rows, written] = [ask("SELECT count(*) FROM kine"), ask("SELECT rows FROM written")];
  const next = ask("SELECT seq FROM sqlite_sequence WHERE name = 'kine'");
  console.log(JSON.stringify({ integrity: ask("PRAGMA integrity_check"), rows, written, next }));
} else await run();

async function run(): Promise<never> {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA busy_timeout = 30000;
    CREATE TABLE IF NOT EXISTS kine (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, value BLOB);
    CREATE TABLE IF NOT EXISTS written (rows INTEGER);
    INSERT INTO written SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM written);
  `);
  const insert = database.prepare("INSERT INTO kine (name, value) VALUES (?, randomblob(?))");
  const count = database.prepare("UPDATE written SET rows = rows + ?");
  const write = (rows: number, bytes: number) => {
    database.exec("BEGIN IMMEDIATE");
    for (let row = 0; row < rows; row++) insert.run(`/registry/${row}`, bytes);
    count.run(rows);
    database.exec("COMMIT");
  };
  // Large enough for a copy to take a while.
  if (ask("SELECT rows FROM written") === 0) write(8_000, 1024);
  for (;;) {
    write(2, 64);
    await sleep(2);
  }
}
