/** The ports of a node beside the one for SQL: the group's, and those on which it receives what it missed. */
export interface NodePorts {
  readonly group: number;
  readonly ist: number;
  readonly sst: number;
}

export interface GaleraSettings {
  readonly cluster: string;
  readonly name: string;
  readonly port: number;
  readonly ports: NodePorts;
  /** The group ports of all nodes. */
  readonly group: readonly number[];
  /** Further provider options, which win over those here. */
  readonly provider: Readonly<Record<string, string>>;
}

/**
 * Times of the group in a tenth of the defaults: a killed node is noticed after 1.2 s and not after 6 (measured). The
 * caches are small: each node has one of its own on the disk.
 */
const QUICK: Readonly<Record<string, string>> = {
  'gcache.size': '8M',
  'gcache.page_size': '1M',
  'evs.keepalive_period': 'PT0.2S',
  'evs.inactive_check_period': 'PT0.1S',
  'evs.suspect_timeout': 'PT1S',
  'evs.inactive_timeout': 'PT2S',
  'evs.install_timeout': 'PT2S',
  'evs.join_retrans_period': 'PT0.2S',
  'pc.announce_timeout': 'PT1S',
  'gmcast.peer_timeout': 'PT1S',
};

/** The mariadbd settings of a Galera node on 127.0.0.1, each with ports of its own (measured on 10.11 with 26.4.23). */
export function nodeSettings(settings: GaleraSettings): Record<string, string | number> {
  const { cluster, name, port, ports, group } = settings;
  const provider = {
    'gmcast.listen_addr': `tcp://127.0.0.1:${ports.group}`,
    'ist.recv_addr': `127.0.0.1:${ports.ist}`,
    ...QUICK,
    ...settings.provider,
  };
  return {
    skip_log_bin: 1,
    log_slave_updates: 0,
    gtid_strict_mode: 0,
    innodb_autoinc_lock_mode: 2,
    // A recovered position is what was on the disk: with less, acknowledged rows may be gone on every node (measured).
    innodb_flush_log_at_trx_commit: 1,
    innodb_buffer_pool_size: '8M',
    max_connections: 40,
    wsrep_on: 'ON',
    wsrep_provider: '/usr/lib/galera/libgalera_smm.so',
    wsrep_cluster_name: cluster,
    wsrep_cluster_address: `gcomm://${group.map((one) => `127.0.0.1:${one}`).join(',')}`,
    wsrep_node_name: name,
    wsrep_node_address: `127.0.0.1:${ports.group}`,
    wsrep_node_incoming_address: `127.0.0.1:${port}`,
    wsrep_sst_method: 'rsync',
    wsrep_sst_receive_address: `127.0.0.1:${ports.sst}`,
    wsrep_provider_options: `"${Object.entries(provider)
      .map(([key, value]) => `${key}=${value}`)
      .join(';')}"`,
  };
}
