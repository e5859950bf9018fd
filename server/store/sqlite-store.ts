import { auditTable } from './audit-table.ts';
import { connect, type Connection } from './connection.ts';
import { journalTable } from './journal-table.ts';
import { leaseTable } from './lease-table.ts';
import { mainMigrations } from './main-migrations.ts';
import { memoryTable } from './memory-table.ts';
import { migrate } from './migrate.ts';
import { sampleMigrations } from './sample-migrations.ts';
import { sampleTable } from './sample-table.ts';
import { sessionTable } from './session-table.ts';
import type { Store } from './store.ts';
import { tokenTable } from './token-table.ts';
import { userTable } from './user-table.ts';
import { BatonError } from '../contract/errors.ts';

/**
 * Opens or creates the store at a path: FILE, and FILE.samples beside it.
 *
 * Two files, because they promise different things. What an act rests on (journal, leases, access, audit) is
 * synchronous=FULL: on the disk before the act. The samples of each second are synchronous=NORMAL: an fsync a second
 * for something that a power cut may take is not worth the event loop's time. It also keeps a copy of what matters
 * small, and the history can be thrown away when it is damaged.
 *
 * Rejects with BatonError('unavailable') when it cannot be opened, is damaged or was written by a newer Baton.
 */
export async function openSqliteStore(file: string, options: { patienceMs?: number } = {}): Promise<Store> {
  const main = await connect(file, 'full', options.patienceMs);
  let samples: Connection | null = null;
  try {
    await migrate(main, mainMigrations, Date.now());
    samples = await connect(`${file}.samples`, 'normal', options.patienceMs);
    await migrate(samples, sampleMigrations, Date.now());
    return sqliteStore(main, samples);
  } catch (error) {
    await main.close();
    await samples?.close();
    throw error;
  }
}

/** The store on two connections whose schema is up to date; closing it closes them. */
export function sqliteStore(main: Connection, samples: Connection): Store {
  return {
    users: userTable(main),
    sessions: sessionTable(main),
    tokens: tokenTable(main),
    audit: auditTable(main),
    journal: journalTable(main),
    leases: leaseTable(main),
    samples: sampleTable(samples),
    memory: memoryTable(main),

    async writable() {
      try {
        await main.write((work) => work.run("REPLACE INTO memory VALUES ('store.writable', '', 0)"));
        return null;
      } catch (error) {
        if (error instanceof BatonError) return error.message;
        throw error;
      }
    },

    async close() {
      await main.close();
      await samples.close();
    },
  };
}
