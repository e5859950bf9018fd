import { LOG_FILE_SIZE } from './template.ts';

/** What an options file of a sandbox server is made of. */
export interface ServerOptions {
  readonly dataDir: string;
  /** Its own: a mariadbd that starts removes all temporary tables it finds here. */
  readonly tmpDir: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly errorLog: string;
  readonly persistFile: string;
  readonly startFile: string | null;
  readonly port: number;
  /** The port that replicas and the console use: a relay's, or the server's own. */
  readonly reportPort: number;
  readonly serverId: number;
  /** Account of the local tools (mariadb-dump, mariadb-backup, mariadb-upgrade). */
  readonly client: { readonly user: string; readonly password: string };
  /** Further mariadbd settings by name; they win over the defaults here. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Small and quick to start, and what a takeover needs: GTID, row binlog, replicas that log what they apply (measured on 10.11). */
const DEFAULTS: Readonly<Record<string, string | number>> = {
  bind_address: '127.0.0.1',
  skip_name_resolve: 1,
  character_set_server: 'utf8mb4',
  log_bin: 'bin',
  relay_log: 'relay',
  log_slave_updates: 1,
  gtid_domain_id: 0,
  gtid_strict_mode: 1,
  binlog_format: 'ROW',
  // 60 s by default, during which a dead link counts as "0 seconds behind".
  slave_net_timeout: 10,
  innodb_buffer_pool_size: '16M',
  innodb_log_file_size: LOG_FILE_SIZE,
  innodb_log_buffer_size: '2M',
  key_buffer_size: '1M',
  aria_pagecache_buffer_size: '1M',
  performance_schema: 0,
  // A killed process loses nothing with these (the kernel has the bytes); only a dead machine would, and that one takes the sandbox with it.
  innodb_flush_log_at_trx_commit: 2,
  sync_binlog: 0,
  table_open_cache: 200,
  max_connections: 100,
  innodb_read_io_threads: 1,
  innodb_write_io_threads: 1,
  innodb_purge_threads: 1,
};

/**
 * The text of my.cnf: [client] for the tools, [mariadbd] for the server. It holds a password: write it with mode 0600.
 * The persist file comes last, so that what the agent writes there wins over the settings here.
 */
export function optionsFileText(options: ServerOptions): string {
  const settings: Record<string, string | number> = {
    ...DEFAULTS,
    datadir: options.dataDir,
    tmpdir: options.tmpDir,
    socket: options.socket,
    pid_file: options.pidFile,
    log_error: options.errorLog,
    port: options.port,
    server_id: options.serverId,
    report_host: '127.0.0.1',
    report_port: options.reportPort,
    ...options.settings,
  };
  return [
    '[client]',
    `socket=${options.socket}`,
    `user=${options.client.user}`,
    `password=${options.client.password}`,
    '',
    '[mariadbd]',
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    '',
    `!include ${options.persistFile}`,
    ...(options.startFile === null ? [] : [`!include ${options.startFile}`]),
    '',
  ].join('\n');
}
