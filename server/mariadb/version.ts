/** A MariaDB server version: 10.11.19. */
export interface MariadbVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** As the server says it. */
  readonly text: string;
}

/** The version in the text of SELECT VERSION(), or null when it holds none ("5.5.5-10.4…" is the old prefix of 10.x). */
export function parseVersion(versionText: string): MariadbVersion | null {
  const match = /^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(versionText);
  if (!match) return null;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]), text: versionText };
}

/** Negative when a is older than b, by major and minor: a replica of an older series may not understand the binlog. */
export function compareSeries(a: MariadbVersion, b: MariadbVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

/** What a server can do. From its version where no variable tells; each with its source. */
export interface Capabilities {
  /** CHANGE MASTER … MASTER_DEMOTE_TO_SLAVE: 10.10 (MDEV-20122). */
  readonly demoteToReplica: boolean;
  /** Master_Slave_time_diff: 11.6 (MDEV-33856). */
  readonly eventTimeLag: boolean;
}

/** The capabilities of the version. */
export function capabilitiesOf(version: MariadbVersion): Capabilities {
  const from = (major: number, minor: number): boolean =>
    version.major > major || (version.major === major && version.minor >= minor);
  return { demoteToReplica: from(10, 10), eventTimeLag: from(11, 6) };
}
