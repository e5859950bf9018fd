import { actorRole } from '../contract/access.ts';
import type { Connection, Row } from './connection.ts';
import { number, numberOrNull, text, textOrNull } from './row.ts';
import type { TokenRow, TokenStore } from './store.ts';

const toToken = (row: Row): TokenRow => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  role: actorRole.parse(row['role']),
  takeover: scopeOf(textOrNull(row, 'takeover_cluster'), textOrNull(row, 'takeover_server')),
  hash: text(row, 'hash'),
  createdAt: number(row, 'created_at'),
  expiresAt: numberOrNull(row, 'expires_at'),
  lastUsedAt: numberOrNull(row, 'last_used_at'),
});

const scopeOf = (cluster: string | null, server: string | null): TokenRow['takeover'] =>
  cluster === null || server === null ? null : { cluster, server };

/** API tokens, by the hash of their secret. */
export function tokenTable(connection: Connection): TokenStore {
  return {
    put: async (token) => {
      await connection.write((work) =>
        work.run(
          'REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          token.id,
          token.name,
          token.role,
          token.hash,
          token.createdAt,
          token.expiresAt,
          token.lastUsedAt,
          token.takeover?.cluster ?? null,
          token.takeover?.server ?? null,
        ),
      );
    },

    list: () => connection.read((work) => work.all('SELECT * FROM tokens ORDER BY created_at, id').map(toToken)),

    findByHash: (hash) =>
      connection.read((work) => {
        const row = work.get('SELECT * FROM tokens WHERE hash = ?', hash);
        return row === null ? null : toToken(row);
      }),

    touch: async (id, at) => {
      await connection.write((work) => work.run('UPDATE tokens SET last_used_at = ? WHERE id = ?', at, id));
    },

    remove: (id) => connection.write((work) => work.run('DELETE FROM tokens WHERE id = ?', id) === 1),
  };
}
