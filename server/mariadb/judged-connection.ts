import { TLSSocket } from 'node:tls';
import type { Connection as DriverConnection } from 'mysql2';
import { SqlError } from './sql-error.ts';

/**
 * Has the driver ask `judge` behind its handshake, before it sends anything of the account: why the server is not taken, or null.
 * mysql2 gives TLS a fixed list of options, without revocation lists (3.24.5), so its own startTLS is wrapped. Throws
 * SqlError('tls') where it has none: nobody is taken unjudged.
 */
export function judged(driver: DriverConnection, judge: (socket: TLSSocket) => string | null): DriverConnection {
  const startTls: unknown = Reflect.get(driver, 'startTLS');
  if (typeof startTls !== 'function') {
    driver.destroy();
    throw new SqlError('tls', 0, 'the driver lets nobody look at the server');
  }
  const judgeNow = (): string | null => {
    const socket: unknown = Reflect.get(driver, 'stream');
    return socket instanceof TLSSocket ? judge(socket) : 'the driver shows no certificate of it';
  };
  Reflect.set(driver, 'startTLS', (onSecure: (failure?: Error) => void) => {
    const ended = (failure?: Error): void => onSecure(failure ?? refusal(judgeNow));
    Reflect.apply(startTls, driver, [ended]);
  });
  return driver;
}

/** What a judge throws is thrown where nobody can catch it. */
function refusal(judgeNow: () => string | null): Error | undefined {
  try {
    const text = judgeNow();
    return text === null ? undefined : new Error(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
