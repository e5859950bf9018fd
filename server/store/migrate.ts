import { BatonError } from '../contract/errors.ts';
import type { Connection } from './connection.ts';

/** One step of the schema. Never edited once released: what changes is a further one. */
export interface Migration {
  number: number;
  name: string;
  statements: readonly string[];
}

/**
 * Brings the schema to the last migration, each in a transaction of its own; two processes that start at once do it
 * once. Rejects with BatonError('unavailable') when the file was written by a newer Baton.
 */
export async function migrate(connection: Connection, migrations: readonly Migration[], now: number): Promise<void> {
  const known = migrations.at(-1)?.number ?? 0;
  const applied = await connection.read((work) => {
    const table = work.get("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'");
    return table === null ? 0 : Number(work.get('SELECT MAX(number) AS number FROM migrations')?.['number'] ?? 0);
  });
  if (applied > known) {
    throw new BatonError(
      'unavailable',
      `The store ${connection.file} was written by a newer Baton (schema ${applied}; this one knows ${known}).`,
      'Start the newer version, or name another file in console.store.',
    );
  }
  // Nothing to do is nothing to write: a store on a full disk can still be read.
  if (applied === known) return;
  await connection.write((work) =>
    work.run(
      'CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name VARCHAR(200) NOT NULL, applied_at BIGINT NOT NULL)',
    ),
  );
  for (const migration of migrations) {
    await connection.write((work) => {
      if (work.get('SELECT number FROM migrations WHERE number = ?', migration.number) !== null) return;
      for (const statement of migration.statements) work.run(statement);
      work.run('INSERT INTO migrations VALUES (?, ?, ?)', migration.number, migration.name, now);
    });
  }
}
