import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import { BatonError, messageOf } from '../contract/errors.ts';
import type { DataDirectory, Reseed, ReseedRequest } from '../contract/reseed.ts';
import { directoriesOf, discardCopy, exists, ownAs } from './exchange.ts';
import { prepareCopy } from './prepare-copy.ts';
import { receiveCopy, wholeCopy, type IncomingCopy } from './receive-copy.ts';
import { told, type ReseedNote, type ReseedRecord } from './reseed-record.ts';
import { swap, swapBack, type SwapParts } from './swap.ts';

/** mariadb-backup waits for locks and goes through large files; a source that is silent for longer hangs. */
const STALL_MS = 300_000;

export interface ReseedParts extends SwapParts {
  readonly note: ReseedNote;
  readonly now: () => Date;
  readonly logger: Logger;
  readonly inspect: () => Promise<DataDirectory>;
  /** Begins to read the copy at its source. Rejects with the reason. */
  readonly open: (source: ReseedRequest['source'], signal: AbortSignal) => Promise<IncomingCopy>;
}

/**
 * Gives the server beside an agent a new data directory, copied from another server. One at a time, in acts that are
 * written down before they begin: whatever is killed, the server is left with its own data or with the whole copy.
 */
export class Reseeds {
  readonly #parts: ReseedParts;
  #work: { readonly ended: Promise<void>; readonly abort: AbortController } | null = null;
  /** What an earlier agent left is taken up first: two exchanges at once would stop and move what the other starts. */
  readonly #opened = Promise.withResolvers<void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ReseedParts) {
    this.#parts = parts;
    this.#opened.promise.catch(() => undefined);
  }

  /**
   * Takes up what an earlier agent left: half copies go, a half exchange is finished or taken back. Call it once: what is asked
   * before waits for it, and is refused where it rejects.
   */
  async open(): Promise<void> {
    try {
      await this.#takeUp();
      this.#opened.resolve();
    } catch (error) {
      this.#opened.reject(new BatonError('unavailable', `The agent does not start: ${messageOf(error)}.`));
      throw error;
    }
  }

  async #takeUp(): Promise<void> {
    const left = this.#parts.note.record;
    if (left?.state === 'copying' || left?.state === 'preparing') {
      await this.#fail(left, 'the agent was ended before the copy was whole');
    }
    if ((left?.state === 'failed' || left?.state === 'cancelled') && !left.copyStarted) await discardCopy(left);
    if (left?.state === 'swapping') this.#go(() => (left.restoring ? swapBack : swap)(this.#parts, left));
  }

  /** The reseed with that id as it stands; null where it is not the last one. */
  get(id: string): Reseed | null {
    const { record } = this.#parts.note;
    return record?.id === id ? told(record) : null;
  }

  /**
   * Begins to copy, and answers at once; the same id again answers the one that was begun. Rejects with BatonError:
   * already-running (with its id), refused with what is in the way.
   */
  async begin(request: ReseedRequest): Promise<Reseed> {
    return await this.#inTurn(async () => await this.#begin(request));
  }

  async #begin({ id, source, expectedBytes }: ReseedRequest): Promise<Reseed> {
    const known = this.get(id);
    if (known) return known;
    await this.#makeWay();
    const place = await this.#parts.inspect();
    refuseWhereImpossible(place, expectedBytes);
    const names = directoriesOf(place.path, this.#parts.now());
    for (const name of [names.copyDirectory, names.keptDirectory]) {
      if (await exists(name)) throw new BatonError('refused', `${name} exists already.`, 'Try again.');
    }
    const record: ReseedRecord = {
      ...names,
      id,
      source: source.server,
      startedAt: this.#parts.now().toISOString(),
      state: 'copying',
      bytes: 0,
      expectedBytes,
      gtid: null,
      keptBytes: null,
      error: null,
      restoring: false,
      copyStarted: false,
    };
    await this.#parts.note.write(record);
    this.#go(async (signal) => await this.#copy(record, source, signal));
    return told(record);
  }

  /** Puts the prepared copy in the place of the data, and answers at once. Rejects with BatonError: not-found, refused. */
  async swap(id: string): Promise<Reseed> {
    return await this.#inTurn(async () => {
      const record = this.#known(id);
      if (record.state === 'swapping' || record.state === 'swapped') return told(record);
      if (record.state !== 'prepared')
        throw new BatonError('refused', `This reseed is ${record.state}.`, record.error ?? '');
      await this.#work?.ended;
      const next: ReseedRecord = { ...record, state: 'swapping' };
      await this.#parts.note.write(next);
      this.#go(async () => await swap(this.#parts, next));
      return told(next);
    });
  }

  /** Ends it before the exchange and removes the copy; answers when that is done. Rejects with BatonError: not-found, refused. */
  async cancel(id: string): Promise<Reseed> {
    await this.#opened.promise;
    const record = this.#known(id);
    if (record.state === 'swapping' || record.state === 'swapped' || record.state === 'stuck')
      throw new BatonError('refused', `This reseed is ${record.state}: it goes forward.`);
    this.#work?.abort.abort(new Error('it was cancelled'));
    await this.#work?.ended;
    const now = this.#known(id);
    if (now.state === 'prepared') {
      // First: half of it would no longer be what "prepared" says.
      await this.#parts.note.write({ ...now, state: 'cancelled', error: 'it was cancelled' });
      await discardCopy(now);
    }
    return told(this.#known(id));
  }

  /** A copy or an exchange is in progress. */
  get working(): boolean {
    return this.#work !== null;
  }

  /** Ends a copy in progress. An exchange is not waited for: the next agent goes on with it. */
  async close(): Promise<void> {
    const { record } = this.#parts.note;
    this.#work?.abort.abort(new Error('the agent was ended'));
    if (record?.state !== 'swapping') await this.#work?.ended;
  }

  /** One after the other: the same request twice at once begins one. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    await this.#opened.promise;
    const mine = this.#turn.then(act);
    this.#turn = mine.catch(() => undefined);
    return await mine;
  }

  #known(id: string): ReseedRecord {
    const { record } = this.#parts.note;
    if (record?.id !== id) throw new BatonError('not-found', 'There is no such reseed.');
    return record;
  }

  /** A copy that was prepared for somebody who never came for it is given up; one at work is not. */
  async #makeWay(): Promise<void> {
    const { record } = this.#parts.note;
    if (this.#work || record?.state === 'stuck') throw busy(record);
    if (record?.state === 'prepared') await this.cancel(record.id);
  }

  #go(act: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const ended = act(abort.signal)
      .catch((error: unknown) => this.#parts.logger.error({ err: error }, 'a reseed failed'))
      .finally(() => (this.#work = null));
    this.#work = { ended, abort };
  }

  /** Never rejects, unless its own note can't be written. */
  async #copy(begun: ReseedRecord, source: ReseedRequest['source'], signal: AbortSignal): Promise<void> {
    const { note, logger, open } = this.#parts;
    logger.info({ source: source.server, copyDirectory: begun.copyDirectory }, 'reseed begun');
    try {
      await mkdir(begun.copyDirectory, { mode: 0o700 });
      const copy = await open(source, signal);
      const onBytes = (bytes: number): void => note.progress(bytes);
      await receiveCopy(wholeCopy(copy), begun.copyDirectory, { signal, stallTimeoutMs: STALL_MS, onBytes });
      const whole: ReseedRecord = { ...begun, bytes: note.record?.bytes ?? 0, state: 'preparing' };
      await note.write(whole);
      const gtid = await prepareCopy(begun.copyDirectory, signal);
      await ownAs(begun.directory, begun.copyDirectory);
      await note.write({ ...whole, gtid, state: 'prepared' });
      logger.info({ gtid, bytes: whole.bytes }, 'copy prepared');
    } catch (error) {
      await this.#fail(note.record ?? begun, messageOf(signal.aborted ? signal.reason : error));
    }
  }

  async #fail(record: ReseedRecord, reason: string): Promise<void> {
    const { note, logger } = this.#parts;
    logger.warn({ reason }, 'reseed given up');
    // Who sees "failed" finds nothing left; ended in between, the next agent removes the rest.
    await discardCopy(record);
    await note.write({ ...record, state: 'failed', error: reason });
  }
}

/** A second copy needs its own size, and prepare some more. */
const MARGIN = 1.1;

function refuseWhereImpossible({ obstacles, freeBytes, path }: DataDirectory, expectedBytes: number): void {
  if (obstacles.length > 0) {
    const fixes = obstacles.flatMap(({ fix }) => fix ?? []).join(' ');
    throw new BatonError(
      'refused',
      `A reseed can't be done here: ${obstacles.map(({ text }) => text).join('; ')}.`,
      fixes,
    );
  }
  if (freeBytes < expectedBytes * MARGIN) {
    const need = Math.ceil(expectedBytes * MARGIN);
    throw new BatonError(
      'refused',
      `Beside ${path} ${freeBytes} bytes are free, and the copy needs ${need}.`,
      'Make room.',
    );
  }
}

function busy(record: ReseedRecord | null): BatonError {
  const next = record?.state === 'stuck' ? (record.error ?? '') : 'Wait for its end.';
  return new BatonError('already-running', 'Another reseed of this server is not at its end.', next, {
    id: record?.id ?? null,
  });
}
