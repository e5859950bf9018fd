import type { UnreachableReason } from '../contract/snapshot.ts';

/**
 * How a statement or a connection failed.
 * deadline: no answer in time, so whether the statement took effect is unknown; lost: the connection ended under the
 * statement, unknown as well; statement: the server answered with an error; the rest: there was no connection.
 */
export type SqlFailureKind = UnreachableReason | 'deadline' | 'lost' | 'statement';

/** A failed connect or statement. The message never contains a secret: it holds the server's words, not the SQL's. */
export class SqlError extends Error {
  readonly kind: SqlFailureKind;
  /** MariaDB's error number; 0 where the failure is not the server's answer. */
  readonly errno: number;
  constructor(kind: SqlFailureKind, errno: number, message: string) {
    super(message);
    this.kind = kind;
    this.errno = errno;
  }

  /** True when the statement may have taken effect all the same: look before concluding. */
  get outcomeUnknown(): boolean {
    return this.kind === 'deadline' || this.kind === 'lost';
  }
}

/** What the driver's error means: by code and errno, since mysql2 has no names for MariaDB's own numbers. */
export function toSqlError(error: unknown, connecting: boolean): SqlError {
  if (error instanceof SqlError) return error;
  const { code, errno, message } = fieldsOf(error);
  const kind = kindOf(code, errno, connecting);
  return new SqlError(kind, errno > 0 ? errno : 0, message);
}

function fieldsOf(error: unknown): { code: string; errno: number; message: string } {
  if (!(error instanceof Error)) return { code: '', errno: 0, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  return { code, errno, message: error.message || code };
}

function kindOf(code: string, errno: number, connecting: boolean): SqlFailureKind {
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host-unknown';
  if (code === 'HANDSHAKE_SSL_ERROR' || code === 'HANDSHAKE_NO_SSL_SUPPORT') return 'tls';
  // 1040 too many connections, 1203 and 1226 the account's own limits.
  if (errno === 1040 || errno === 1203 || errno === 1226) return 'too-many-connections';
  if (connecting && [1044, 1045, 1130, 1698, 4151].includes(errno)) return 'access-denied';
  if (connecting && ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'].includes(code)) return 'timeout';
  // 1927 and 1317: somebody killed the connection or the statement; 1053: shutdown in progress.
  if (
    ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code) ||
    errno === 1927 ||
    errno === 1053
  )
    return connecting ? 'other' : 'lost';
  if (errno > 0) return connecting ? 'other' : 'statement';
  return connecting ? 'other' : 'lost';
}
