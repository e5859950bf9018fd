import type { Connection } from './connection.ts';
import { text } from './row.ts';
import type { MemoryStore } from './store.ts';

/** Values by key that outlive the process. */
export function memoryTable(connection: Connection): MemoryStore {
  return {
    get: (key) =>
      connection.read((work) => {
        const row = work.get('SELECT value FROM memory WHERE name = ?', key);
        return row === null ? null : text(row, 'value');
      }),

    put: async (key, value, at) => {
      await connection.write((work) => work.run('REPLACE INTO memory VALUES (?, ?, ?)', key, value, at));
    },
  };
}
