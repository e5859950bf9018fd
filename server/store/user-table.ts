import { userRole } from '../contract/access.ts';
import type { Connection, Row } from './connection.ts';
import { number, text } from './row.ts';
import type { UserRow, UserStore } from './store.ts';

const toUser = (row: Row): UserRow => ({
  username: text(row, 'username'),
  role: userRole.parse(row['role']),
  passwordHash: text(row, 'password_hash'),
  createdAt: number(row, 'created_at'),
});

/** Users with the hash of their password. */
export function userTable(connection: Connection): UserStore {
  return {
    list: () => connection.read((work) => work.all('SELECT * FROM users ORDER BY username').map(toUser)),

    get: (username) =>
      connection.read((work) => {
        const row = work.get('SELECT * FROM users WHERE username = ?', username);
        return row === null ? null : toUser(row);
      }),

    add: (user) =>
      connection.write((work) => {
        if (work.get('SELECT username FROM users WHERE username = ?', user.username) !== null) return false;
        work.run('INSERT INTO users VALUES (?, ?, ?, ?)', user.username, user.role, user.passwordHash, user.createdAt);
        return true;
      }),

    setPasswordHash: (username, hash) =>
      connection.write(
        (work) => work.run('UPDATE users SET password_hash = ? WHERE username = ?', hash, username) === 1,
      ),

    remove: (username) =>
      connection.write((work) => {
        const row = work.get('SELECT * FROM users WHERE username = ?', username);
        if (row === null) return 'unknown';
        const others = work.get("SELECT COUNT(*) AS n FROM users WHERE role = 'admin' AND username <> ?", username);
        if (toUser(row).role === 'admin' && others?.['n'] === 0) return 'last-admin';
        work.run('DELETE FROM users WHERE username = ?', username);
        work.run('DELETE FROM sessions WHERE username = ?', username);
        return 'removed';
      }),
  };
}
