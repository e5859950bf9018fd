import type { Connection } from '../../mariadb/connection.ts';

/** For tests: a moment of a takeover: before a statement that contains this is sent to that server, or when it was answered. */
export interface Moment {
  readonly when: 'before' | 'after';
  readonly statement: string;
  readonly on: string;
}

/** For tests: what startBaton's `onConnection` takes, to act once at that moment. What `act` throws, the statement throws. */
export function atStatement(
  { when, statement, on }: Moment,
  act: () => Promise<void> | void,
): (server: string, connection: Connection) => void {
  let done = false;
  return (server, connection) => {
    if (server !== on) return;
    const query = connection.query.bind(connection);
    connection.query = async (sql, options) => {
      const now = !done && sql.includes(statement);
      if (now) done = true;
      if (now && when === 'before') await act();
      const rows = await query(sql, options);
      if (now && when === 'after') await act();
      return rows;
    };
  };
}
