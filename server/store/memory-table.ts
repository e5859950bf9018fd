import type { Connection, Work } from './connection.ts';
import { text } from './row.ts';
import type { MemoryStore } from './store.ts';

/** Values by key that outlive the process. */
export function memoryTable(connection: Connection): MemoryStore {
  return {
    get: (key) => connection.read((work) => valueOf(work, key)),

    put: async (key, value, at) => {
      await connection.write((work) => replace(work, key, value, at));
    },

    change: async (key, change, at) => {
      await connection.write((work) => {
        const value = change(valueOf(work, key));
        if (value !== null) replace(work, key, value, at);
      });
    },
  };
}

function valueOf(work: Work, key: string): string | null {
  const row = work.get('SELECT value FROM memory WHERE name = ?', key);
  return row === null ? null : text(row, 'value');
}

function replace(work: Work, key: string, value: string, at: number): void {
  work.run('REPLACE INTO memory VALUES (?, ?, ?)', key, value, at);
}
