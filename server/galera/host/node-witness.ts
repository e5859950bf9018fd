import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { POSITION_UNREAD, type NodeEvidence, type Recovered } from '../../contract/galera-evidence.ts';
import type { Transfer } from '../../contract/galera-agent.ts';
import { rawOf } from '../parse/grastate.ts';
import { aliveness, type LocalNode } from './aliveness.ts';
import { readErrorLog, readTransfer } from './error-log.ts';
import { hasData, hasInnodb, readGrastate, readGvwstate, transferLeftovers } from './node-files.ts';
import { recoverPosition } from './recover-position.ts';
import { bootstrapSwitchesIn, readServerOptions, writeSetCacheIn, type ServerOptions } from './server-options.ts';
import { keptBy } from './start-file.ts';

export interface WitnessParts extends LocalNode {
  readonly server: string;
  readonly optionsFile: string;
  readonly program: string;
  readonly recoverTimeoutMs: number;
  readonly now: () => Date;
}

/** Reads what a node knows of itself. Starts nothing but --wsrep-recover, and that only on a node that is proven down. */
export class NodeWitness {
  readonly #parts: WitnessParts;
  /** The position and the files it was read from: it holds for as long as nobody has touched them. */
  #remembered: { readonly files: string; readonly recovered: Recovered } | null = null;
  #recovering: Promise<NodeEvidence> | null = null;
  /** Where the node is looked for first. */
  #lastPid: number | null = null;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** The evidence as of now; its position is the one that was read last from these files. Rejects where the options can't be read. */
  async evidence(): Promise<NodeEvidence> {
    const { seen, directory } = await this.#look();
    if (!needsRecovery(seen)) return seen;
    const remembered = this.#remembered?.files === (await stampOf(directory)) ? this.#remembered.recovered : null;
    return remembered === null ? seen : { ...seen, recovered: remembered };
  }

  /** As evidence, and where only InnoDB has the position of a node that is down, it is read. Two callers share one run. */
  async position(): Promise<NodeEvidence> {
    this.#recovering ??= this.#readPosition().finally(() => {
      this.#recovering = null;
    });
    return await this.#recovering;
  }

  /** Where the data of the node are. Rejects where the options do not say. */
  async dataDirectory(): Promise<string> {
    return directoryIn(await readServerOptions(this.#parts.optionsFile));
  }

  /** What the node took from the others when it joined last. Rejects as dataDirectory. */
  async transfer(): Promise<Transfer> {
    const options = await readServerOptions(this.#parts.optionsFile);
    return await readTransfer(options, directoryIn(options));
  }

  /** Where the provider keeps the last write sets. Rejects as dataDirectory. */
  async writeSetCache(): Promise<string> {
    const options = await readServerOptions(this.#parts.optionsFile);
    return writeSetCacheIn(options, directoryIn(options));
  }

  async #readPosition(): Promise<NodeEvidence> {
    const seen = await this.evidence();
    if (!needsRecovery(seen)) return seen;
    const { program, optionsFile, recoverTimeoutMs: timeoutMs } = this.#parts;
    const { dataDirectory } = seen;
    const recovered = await recoverPosition({ program, optionsFile, dataDirectory, timeoutMs });
    const files = await stampOf(dataDirectory);
    // Somebody may have started the node meanwhile: then this was no look at a node that is down.
    const after = (await this.#look()).seen;
    if (after.alive.kind !== 'down' || rawOf(after.grastate) !== rawOf(seen.grastate)) return after;
    this.#remembered = { files, recovered };
    return { ...after, recovered };
  }

  async #look(): Promise<{ seen: NodeEvidence; directory: string }> {
    const { server, optionsFile, now } = this.#parts;
    const options = await readServerOptions(optionsFile);
    const directory = directoryIn(options);
    const observedAt = now().toISOString();
    const [alive, grastate, gvwstate, data, innodb, leftovers] = await Promise.all([
      aliveness(this.#parts, directory, options, this.#lastPid),
      readGrastate(directory),
      readGvwstate(directory),
      hasData(directory),
      hasInnodb(innodbHome(options, directory)),
      transferLeftovers(directory),
    ]);
    if ('pid' in alive) this.#lastPid = alive.pid;
    const seen = {
      server,
      observedAt,
      dataDirectory: directory,
      alive,
      grastate,
      gvwstate,
      hasData: data,
      transferLeftovers: leftovers,
      bootstrapSwitches: bootstrapSwitchesIn(options),
      kept: keptBy(options),
      flushLogAtCommit: flushIn(options),
      // Of a node that serves nobody asks why it does not: it is looked at many times a minute.
      errorLog: serves(alive)
        ? { kind: 'not-read' as const, reason: 'the node serves' }
        : await readErrorLog(options, directory),
    };
    return { seen: { ...seen, recovered: { kind: 'not-run', reason: whyNotRun(seen, innodb) } }, directory };
  }
}

type Look = Omit<NodeEvidence, 'recovered'>;

function serves(alive: NodeEvidence['alive']): boolean {
  return alive.kind === 'serving' && alive.status.clusterStatus === 'primary';
}

function needsRecovery({ recovered }: NodeEvidence): boolean {
  return recovered.kind === 'not-run' && recovered.reason === POSITION_UNREAD;
}

function whyNotRun({ alive, transferLeftovers: leftovers, grastate }: Look, innodb: boolean): string {
  if (alive.kind !== 'down') return 'the node is not down';
  if (!innodb) return 'there is no InnoDB data';
  if (leftovers.length > 0) return 'a state transfer to it did not come to its end';
  if (grastate.kind === 'read' && !grastate.seqno.startsWith('-') && !/^[0-]+$/.test(grastate.uuid))
    return 'its clean end wrote its position into grastate.dat';
  return POSITION_UNREAD;
}

/** Where InnoDB has its first file. */
function innodbHome(options: ServerOptions, dataDirectory: string): string {
  return resolve(dataDirectory, options.get('innodb_data_home_dir') ?? '.');
}

function directoryIn(options: ServerOptions): string {
  const directory = options.get('datadir');
  if (directory === undefined) throw new Error('the options of the server do not say where its data are (datadir)');
  return directory;
}

/** 1 is what a server without the option does. */
function flushIn(options: ServerOptions): number | null {
  const value = options.get('innodb_flush_log_at_trx_commit');
  if (value === undefined) return 1;
  return /^[0-3]$/.test(value) ? Number(value) : null;
}

/** Who starts the server changes these files; its absence from all of them is no change. */
async function stampOf(directory: string): Promise<string> {
  const names = ['grastate.dat', 'gvwstate.dat', 'ibdata1', 'ib_logfile0', 'aria_log_control'];
  const stamps = await Promise.all(
    names.map(async (name) => {
      const file = await stat(join(directory, name), { bigint: true }).catch(() => null);
      return file ? `${file.ino}:${file.size}:${file.mtimeNs}:${file.ctimeNs}` : '-';
    }),
  );
  return stamps.join(' ');
}
