import { connect as openSocket, type Socket } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { createConnection, type Connection as DriverConnection, type ConnectionOptions } from 'mysql2';
import { judged } from './judged-connection.ts';
import { SqlError, toSqlError } from './sql-error.ts';

/** Where a server is and who signs in. The password is read from its file by the caller and kept in memory only. */
export interface SqlTarget {
  readonly host: string;
  readonly port: number;
  readonly socketPath?: string;
  /** In place of an address: opens a way to the server within so long. Rejects with SqlError. */
  readonly open?: (timeoutMs: number) => Promise<Socket>;
  readonly user: string;
  readonly password: string;
  readonly tls?: SqlTls | undefined;
}

/** PEM texts, called as Node calls them, and what is checked of the server. */
export interface SqlTls {
  /** Absent: whom the system trusts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that its certificate must have; absent: the host. */
  readonly name?: string | undefined;
  /** How much is checked, as replication does it; absent: all. */
  readonly verify?: 'name' | 'issuer' | 'nothing';
  /** Why a server is not taken though its certificate is of the CA and not expired (it was revoked); null: it is. */
  readonly judge?: ((socket: TLSSocket) => string | null) | undefined;
}

/** Those texts with the checks of a replica: the host's name where it is asked for, the issuer where a CA is named. */
export function asReplication(pem: Pick<SqlTls, 'ca' | 'cert' | 'key' | 'judge'>, verifyServer: boolean): SqlTls {
  return { ...pem, verify: verifyServer ? 'name' : pem.ca === undefined ? 'nothing' : 'issuer' };
}

/** One row, by column name. BIGINT and DECIMAL are strings: they do not fit a number (measured). */
export type Row = Readonly<Record<string, string | number | null>>;

/**
 * One connection to one server, where nothing can wait for ever: each connect and each statement has a deadline of our
 * own, and a connection that missed one is destroyed, since mysql2's `timeout` leaves the statement in the connection
 * and the next one hangs behind it (measured).
 */
export class Connection {
  readonly #driver: DriverConnection;
  readonly #socket: Socket;
  /** The server's id of this connection: what KILL takes and the journal records. */
  readonly id: number;
  #broken: SqlError | null = null;
  readonly #inFlight = new Set<(error: SqlError) => void>();

  constructor(driver: DriverConnection, socket: Socket, id: number) {
    this.#driver = driver;
    this.#socket = socket;
    this.id = id;
    driver.on('error', (error) => this.#break(toSqlError(error, false)));
    driver.on('end', () => this.#break(new SqlError('lost', 0, 'the server closed the connection')));
  }

  /** Why the connection can't be used any more, or null. */
  get broken(): SqlError | null {
    return this.#broken;
  }

  /**
   * Runs one statement in the text protocol and answers its rows ([] for a statement without rows).
   * Rejects with SqlError: `statement` when the server refused it, `deadline` or `lost` when its outcome is unknown.
   */
  async query(sql: string, options: { timeoutMs: number; values?: readonly unknown[] }): Promise<Row[]> {
    return (await this.#answer(sql, options)).filter(isRow);
  }

  /** As query, of a compound statement: the rows of each statement in it that has some. */
  async queryEach(sql: string, options: { timeoutMs: number }): Promise<Row[][]> {
    const answers = await this.#answer(sql, options);
    return answers.flatMap((rows) => (Array.isArray(rows) ? [rows.filter(isRow)] : []));
  }

  async #answer(sql: string, options: { timeoutMs: number; values?: readonly unknown[] }): Promise<readonly unknown[]> {
    if (this.#broken) throw this.#broken;
    return await new Promise<readonly unknown[]>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#break(new SqlError('deadline', 0, `no answer within ${Math.round(options.timeoutMs)} ms`)),
        Math.max(1, options.timeoutMs),
      );
      const fail = (error: SqlError): void => {
        clearTimeout(timer);
        this.#inFlight.delete(fail);
        reject(error);
      };
      this.#inFlight.add(fail);
      this.#driver.query({ sql, values: options.values ? [...options.values] : [] }, (failure, rows) => {
        if (failure) {
          const error = toSqlError(failure, false);
          if (error.kind !== 'statement') this.#break(error);
          fail(error);
        } else {
          clearTimeout(timer);
          this.#inFlight.delete(fail);
          resolve(Array.isArray(rows) ? rows : []);
        }
      });
    });
  }

  /** Closes the socket at once, without waiting for the server. Safe to call twice. */
  destroy(): void {
    this.#break(new SqlError('lost', 0, 'the connection was closed by Baton'));
  }

  #break(error: SqlError): void {
    if (this.#broken) return;
    this.#broken = error;
    // The driver tells a command nothing of a close that it did itself, so a statement would wait for its deadline.
    for (const fail of this.#inFlight) fail(error);
    this.#driver.destroy();
    // destroy() of the driver only sends FIN: a frozen peer never answers it, and each look would leave a socket behind.
    this.#socket.destroy();
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Opens a connection within timeoutMs, handshake included.
 * Rejects with SqlError, its kind telling apart: nothing listens (refused), no TCP answer (timeout), TCP accepted and
 * then silence (hung: a stopped or frozen server), wrong account (access-denied), too-many-connections, host-unknown, tls, no
 * way through the agent (agent).
 */
export async function connect(target: SqlTarget, timeoutMs: number): Promise<Connection> {
  const unusable = unusableCertificate(target);
  if (unusable) throw unusable;
  const deadline = performance.now() + timeoutMs;
  const socket = await (target.open?.(timeoutMs) ?? openTo(target, timeoutMs));
  // What Node checks a certificate against where there is no server name to ask for: for an address the driver gives none,
  // and every certificate would have to be for "localhost".
  Object.assign(socket, { _host: target.tls?.name ?? target.host });
  const made = createConnection({ ...driverOptions(target), stream: socket });
  const driver = target.tls?.judge ? judged(made, target.tls.judge) : made;
  return await new Promise<Connection>((resolve, reject) => {
    let settled = false;
    const fail = (error: SqlError): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      driver.destroy();
      socket.destroy();
      reject(error);
    };
    const silent = `accepted the connection and then said nothing within ${Math.round(timeoutMs)} ms`;
    const timer = setTimeout(() => fail(new SqlError('hung', 0, silent)), deadline - performance.now());
    driver.on('error', (error) => fail(toSqlError(error, true)));
    driver.connect((error) => {
      if (error) return fail(toSqlError(error, true));
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      resolve(new Connection(driver, socket, driver.threadId ?? 0));
    });
  });
}

/**
 * The way to the server, before the driver has a part in it: the kernel completes the TCP handshake for a frozen process, so
 * silence is "timeout" before that and "hung" behind it. Rejects with SqlError.
 */
async function openTo({ socketPath, host, port }: SqlTarget, timeoutMs: number): Promise<Socket> {
  const socket = socketPath ? openSocket(socketPath) : openSocket({ host, port, keepAlive: true, noDelay: true });
  return await new Promise((resolve, reject) => {
    const fail = (error: SqlError): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const late = `no answer to the connection attempt within ${Math.round(timeoutMs)} ms`;
    const timer = setTimeout(() => fail(new SqlError('timeout', 0, late)), timeoutMs);
    const failed = (error: Error): void => fail(toSqlError(error, true));
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

/** The driver throws on a damaged certificate where nobody can catch it, in the middle of the handshake: so look first. */
function unusableCertificate({ tls }: SqlTarget): SqlError | null {
  if (!tls) return null;
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key });
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return new SqlError('tls', 0, `the configured certificate, key or CA can't be used (${code})`);
  }
}

function driverOptions(target: SqlTarget): ConnectionOptions {
  const { tls } = target;
  return {
    // The socket is ours; the host is what a certificate is checked against.
    host: tls?.name ?? target.host,
    user: target.user,
    password: target.password,
    // Our own deadline covers the connect; the driver's would only race with it.
    connectTimeout: 3_600_000,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    multipleStatements: false,
    ...(tls
      ? {
          ssl: {
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            ...(tls.cert === undefined ? {} : { cert: tls.cert }),
            ...(tls.key === undefined ? {} : { key: tls.key }),
            // Off by default in mysql2: any certificate of that CA would do for any host.
            verifyIdentity: (tls.verify ?? 'name') === 'name',
            rejectUnauthorized: tls.verify !== 'nothing',
          },
        }
      : {}),
  };
}
