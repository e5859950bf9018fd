import { messageOf } from '../../server/contract/errors.ts';
import type { Connection } from '../../server/mariadb/connection.ts';
import type { FromConsole } from './console-messages.ts';

/** What acts, takes a lock, or reads the position that all depends on: pings and looks would drown them. */
const COUNTED =
  /^(SET (STATEMENT|GLOBAL)|BEGIN|FLUSH|UNLOCK|STOP|START|RESET|CHANGE|KILL|ALTER)|_LOCK\(|GTID_WAIT|binlog_pos AS position/;

/** Numbers the statements of a console, tells of each, and waits at some. */
export class StatementWatch {
  readonly #tell: (message: FromConsole) => void;
  readonly #stops: Map<string, ReturnType<typeof Promise.withResolvers<void>>>;
  #count = 0;
  /** Whether an operation is under way that the round is about. */
  counting = false;

  constructor(stops: readonly string[], tell: (message: FromConsole) => void) {
    this.#tell = tell;
    this.#stops = new Map(stops.map((stop) => [stop, Promise.withResolvers<void>()]));
  }

  /** Lets what waits at the stop go on. */
  go(stop: string): void {
    this.#stops.get(stop)?.resolve();
  }

  watch(server: string, connection: Connection): void {
    const query = connection.query.bind(connection);
    connection.query = async (sql, options) => {
      if (!this.counting || !COUNTED.test(sql)) return await query(sql, options);
      this.#count += 1;
      const number = this.#count;
      this.#tell({ kind: 'statement', number, server, sql: sql.replace(/(MASTER_PASSWORD\s*=\s*)'[^']*'/g, '$1…') });
      await this.#pass(`${number} before`);
      try {
        const rows = await query(sql, options);
        this.#tell({ kind: 'answer', number, error: null });
        return rows;
      } catch (error) {
        this.#tell({ kind: 'answer', number, error: messageOf(error) });
        throw error;
      } finally {
        await this.#pass(`${number} after`);
      }
    };
  }

  async #pass(stop: string): Promise<void> {
    const waiting = this.#stops.get(stop);
    if (!waiting) return;
    this.#tell({ kind: 'stopped', stop });
    await waiting.promise;
    this.#stops.delete(stop);
  }
}
