import type { Connection } from './connection.ts';
import { text } from './row.ts';

/** The files that the server has its certificate, key, authorities and revocation lists from; [] where it speaks no TLS. */
export async function serverCertificateFiles(connection: Connection, timeoutMs: number): Promise<string[]> {
  const [row] = await connection.query(
    `SELECT @@have_ssl AS have_ssl, @@datadir AS datadir,
            @@ssl_cert AS cert, @@ssl_key AS private_key, @@ssl_ca AS ca, @@ssl_crl AS crl`,
    { timeoutMs },
  );
  if (!row || text(row, 'have_ssl') !== 'YES') return [];
  const named = ['cert', 'private_key', 'ca', 'crl'].map((column) => text(row, column)).filter((file) => file !== '');
  // A relative name is one in the data directory, where the server runs.
  return named.map((file) => (file.startsWith('/') ? file : `${text(row, 'datadir')}${file}`));
}

/**
 * Has the server read those files again, for new connections; those that are open go on. Needs RELOAD. LOCAL: it goes into
 * no binary log, where a replica's would be a transaction of its own. Rejects with SqlError where they can't be used, and the
 * ones of before stay in force (https://mariadb.com/kb/en/flush/, MDEV-16266, 10.4).
 */
export async function reloadServerCertificates(connection: Connection, timeoutMs: number): Promise<void> {
  await connection.query('FLUSH LOCAL SSL', { timeoutMs });
}
