import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { readCatalogue } from '../backups/catalogue.ts';
import { chainOf } from '../backups/chain.ts';
import { freeBytes } from '../backups/disk-space.ts';
import type { FailureNote } from '../backups/failure-note.ts';
import { watchRoom } from '../backups/room.ts';
import { writeVerification } from '../backups/verification.ts';
import type { VerifyRun } from '../contract/agent.ts';
import { seriesOf } from '../contract/dump-proof.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { proveBackup, type Proof } from './prove-backup.ts';
import { bytesNeeded } from './room-needed.ts';

/** Runs that can still be asked for after they ended. */
const rememberedRuns = 50;
const folderPrefix = 'verify-';

export interface VerificationParts {
  readonly server: string;
  /** Where the backups are. */
  readonly directory: string;
  /** Where they are restored to. */
  readonly workDirectory: string;
  /** mariadbd's arguments for the storage engines that the server has loaded now; [] where it does not answer. */
  readonly engines: () => Promise<readonly string[]>;
  readonly note: FailureNote;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** Restores backups into throw-away servers to see that they are good, one at a time, and records what it found beside them. */
export class Verifications {
  readonly #parts: VerificationParts;
  readonly #runs = new Map<string, VerifyRun>();
  readonly #closing = new AbortController();
  #current: { readonly run: VerifyRun; readonly ended: Promise<void> } | null = null;
  #preparing = false;

  constructor(parts: VerificationParts) {
    this.#parts = parts;
  }

  /** Removes what an agent that was killed had restored: its server died with it. Call it once, before the first one. */
  async open(): Promise<void> {
    const { workDirectory } = this.#parts;
    await mkdir(workDirectory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(workDirectory)) {
      if (name.startsWith(folderPrefix)) await rm(join(workDirectory, name), { recursive: true, force: true });
    }
  }

  /**
   * Starts to verify that backup and answers the run at once. Rejects with BatonError: not-found, already-running (details:
   * the run's id), refused where the disk has no room for it.
   */
  async start(name: string): Promise<VerifyRun> {
    if (this.#closing.signal.aborted) throw new BatonError('unavailable', 'The agent is being ended.');
    if (this.#current || this.#preparing) {
      const details = this.#current && { id: this.#current.run.id, name: this.#current.run.name };
      throw new BatonError('already-running', 'A backup is being verified.', 'Wait for its end.', details);
    }
    this.#preparing = true;
    try {
      const { directory } = this.#parts;
      const catalogue = await readCatalogue(directory);
      const manifest = catalogue.find((one) => one.name === name);
      if (!manifest) throw new BatonError('not-found', 'There is no such backup.');
      const chain = chainOf(catalogue, manifest);
      await this.#checkRoom(manifest, chain ?? [manifest]);
      return this.#begin(manifest, chain);
    } finally {
      this.#preparing = false;
    }
  }

  /** The newest of each series of this server, one after the other. Never rejects: what failed is remembered. */
  async startNewest(): Promise<void> {
    const { directory, server, logger } = this.#parts;
    const own = (await readCatalogue(directory)).filter((one) => one.server === server);
    for (const [newest] of Map.groupBy(own, seriesOf).values()) {
      if (newest === undefined || this.#closing.signal.aborted) continue;
      await this.idle();
      await this.start(newest.name).catch((error: unknown) => {
        logger.warn({ name: newest.name, reason: messageOf(error) }, 'verification not begun');
      });
      await this.idle();
    }
  }

  /** Resolves when nothing is being verified any more. */
  async idle(): Promise<void> {
    await this.#current?.ended;
  }

  run(id: string): VerifyRun | null {
    const run = this.#runs.get(id);
    return run ? { ...run } : null;
  }

  running(): VerifyRun | null {
    return this.#current && { ...this.#current.run };
  }

  /** Ends the one that goes on, and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the agent was ended'));
    await this.idle();
  }

  async #checkRoom({ name }: DumpManifest, chain: readonly DumpManifest[]): Promise<void> {
    const { workDirectory, note, now } = this.#parts;
    const [free, needed] = [await freeBytes(workDirectory), bytesNeeded(chain)];
    if (free === null || free >= needed) return;
    const text = `restoring ${name} may take ${needed} bytes, and ${free} are free in ${workDirectory}`;
    await note.write('verify', { at: now().toISOString(), text });
    throw new BatonError('refused', `Nothing was begun: ${text}.`, 'Make room, or set agent.backups.verifyDirectory.');
  }

  #begin(manifest: DumpManifest, chain: readonly DumpManifest[] | null): VerifyRun {
    const run: VerifyRun = {
      id: randomUUID(),
      name: manifest.name,
      startedAt: this.#parts.now().toISOString(),
      endedAt: null,
      state: 'running',
      step: 'unpack',
      bytes: 0,
      totalBytes: (chain ?? [manifest]).reduce((sum, { bytes }) => sum + bytes, 0),
      ok: null,
      text: null,
    };
    this.#runs.set(run.id, run);
    for (const id of [...this.#runs.keys()].slice(0, -rememberedRuns)) this.#runs.delete(id);
    const ended = this.#go(run, manifest, chain).finally(() => (this.#current = null));
    this.#current = { run, ended };
    return { ...run };
  }

  /** Never rejects. */
  async #go(run: VerifyRun, manifest: DumpManifest, chain: readonly DumpManifest[] | null): Promise<void> {
    const { logger, now, note } = this.#parts;
    logger.info({ run: run.id, name: run.name }, 'verification begun');
    let proof: Proof | null = null;
    try {
      proof = await this.#prove(run, manifest, chain);
      run.endedAt = now().toISOString();
      await this.#record(run, manifest, proof, run.endedAt);
      await note.clear('verify');
    } catch (error) {
      run.endedAt = now().toISOString();
      run.text = `it could not be found out: ${messageOf(error)}`;
      if (!this.#closing.signal.aborted)
        await note.write('verify', { at: run.endedAt, text: `${run.name}: ${run.text}` });
    }
    logger[proof?.ok ? 'info' : 'error'](
      { run: run.id, name: run.name, ok: run.ok, text: run.text },
      'verification ended',
    );
    run.state = proof?.ok ? 'done' : 'failed';
  }

  async #record(run: VerifyRun, { name, sha256 }: DumpManifest, proof: Proof, endedAt: string): Promise<void> {
    await writeVerification(this.#parts.directory, {
      format: 1,
      name,
      sha256,
      startedAt: run.startedAt,
      endedAt,
      ...proof,
    });
    run.ok = proof.ok;
    run.text = proof.text;
  }

  async #prove(run: VerifyRun, manifest: DumpManifest, chain: readonly DumpManifest[] | null): Promise<Proof> {
    const { directory, workDirectory, engines } = this.#parts;
    const folder = await mkdtemp(join(workDirectory, folderPrefix));
    const room = watchRoom(workDirectory);
    try {
      return await proveBackup(manifest, chain, {
        directory,
        folder,
        engines: await engines(),
        signal: AbortSignal.any([this.#closing.signal, room.signal]),
        onStep: (step) => (run.step = step),
        onBytes: (bytes) => (run.bytes = bytes),
      });
    } finally {
      room.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }
}
