import type { Connection } from './connection.ts';
import { number, text } from './row.ts';
import type { SessionStore } from './store.ts';

/** Sessions, by the hash of their id. */
export function sessionTable(connection: Connection): SessionStore {
  return {
    put: async (session) => {
      await connection.write((work) =>
        work.run(
          'REPLACE INTO sessions VALUES (?, ?, ?, ?)',
          session.id,
          session.username,
          session.createdAt,
          session.expiresAt,
        ),
      );
    },

    get: (id) =>
      connection.read((work) => {
        const row = work.get('SELECT * FROM sessions WHERE id = ?', id);
        if (row === null) return null;
        return {
          id: text(row, 'id'),
          username: text(row, 'username'),
          createdAt: number(row, 'created_at'),
          expiresAt: number(row, 'expires_at'),
        };
      }),

    remove: async (id) => {
      await connection.write((work) => work.run('DELETE FROM sessions WHERE id = ?', id));
    },

    removeOf: (username) => connection.write((work) => work.run('DELETE FROM sessions WHERE username = ?', username)),

    removeExpired: (now) => connection.write((work) => work.run('DELETE FROM sessions WHERE expires_at <= ?', now)),
  };
}
