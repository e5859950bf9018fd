import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { z } from 'zod';
import { isBackupName } from '../backups/names.ts';
import {
  agentBackups,
  agentStatus,
  backupRun,
  databasePath,
  databaseProtocol,
  databaseRefusal,
  persistReadOnly,
  pruned,
  readerToken,
  serviceRun,
  serviceStatus,
  signInAnswer,
  verifyRun,
  type AgentStatus,
  type BackupRequest,
  type BackupRun,
  type ReaderToken,
  type ServiceRun,
  type ServiceStatus,
  type SignInAnswer,
  type SignInTest,
  type VerifyRun,
} from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import {
  copyOffer,
  dataDirectory,
  reseed,
  transactionsExport,
  transactionsExports,
  type CopySource,
  type DataDirectory,
  type Reseed,
  type TransactionsExport,
} from '../contract/reseed.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { AgentRequests, type AgentAddress } from './agent-request.ts';
import { GaleraClient } from './galera-client.ts';
import type { RawAnswer } from './raw-download.ts';

/** A look at the agent: what takes longer counts as no answer. */
const lookTimeoutMs = 5000;
/** Finding the first of the transactions may mean to read through every binary log. */
const exportTimeoutMs = 60_000;
/** Every file of the data is looked at. */
const sizeTimeoutMs = 30_000;
/** Disabling ends a run in progress, which has 10 s to end by itself. */
const switchTimeoutMs = 20_000;

/** What of a browser's request an agent may see: the file it names is the catalogue's, and nothing else is passed on. */
const passedHeaders = ['range', 'if-range', 'if-none-match', 'if-modified-since'];

/**
 * The console's client for the agent of one server. Every method rejects with BatonError: unavailable, naming the server,
 * when the agent can't be asked or does not take the token, else what the agent answered.
 */
export class AgentClient {
  readonly #requests: AgentRequests;
  readonly #server: string;
  readonly #url: string;
  readonly #known: Pick<CopySource, 'fingerprint' | 'name'>;
  /** What it does for a Galera node. */
  readonly galera: GaleraClient;

  constructor(address: AgentAddress) {
    this.#requests = new AgentRequests(address);
    this.#server = address.server;
    this.#url = address.url;
    const { fingerprint, name } = address.secure ?? {};
    this.#known = { ...(fingerprint && { fingerprint }), ...(name && { name }) };
    this.galera = new GaleraClient(async (path, body, schema, timeoutMs) =>
      this.#understood(
        await this.#requests.json(
          path,
          body === null ? { method: 'GET', timeoutMs } : { method: 'POST', timeoutMs, body },
        ),
        schema,
      ),
    );
  }

  async status(): Promise<AgentStatus> {
    return await this.#get('/v1/status', agentStatus);
  }

  /** The whole backups the agent has, newest first. */
  async backups(): Promise<z.infer<typeof agentBackups>['backups']> {
    return (await this.#get('/v1/backups', agentBackups)).backups;
  }

  /** Starts a backup: by what is asked for, else by the first of its configured methods. */
  async takeBackup(request: BackupRequest = {}): Promise<BackupRun> {
    return await this.#post('/v1/backups', request, backupRun, lookTimeoutMs);
  }

  async backupRun(id: string): Promise<BackupRun> {
    return await this.#get(`/v1/backups/runs/${encodeURIComponent(id)}`, backupRun);
  }

  /** Removes the backups that are too old, and answers their names. */
  async pruneBackups(): Promise<string[]> {
    return (await this.#post('/v1/backups/prune', {}, pruned, lookTimeoutMs)).removed;
  }

  /** Starts to restore a backup into a throw-away server. */
  async verifyBackup(name: string): Promise<VerifyRun> {
    return await this.#post(`/v1/backups/${encodeURIComponent(name)}/verify`, {}, verifyRun, lookTimeoutMs);
  }

  async verifyRun(id: string): Promise<VerifyRun> {
    return await this.#get(`/v1/verifications/${encodeURIComponent(id)}`, verifyRun);
  }

  /** A token that reads the backups for so long, and nothing else. */
  async readerToken(hours: number): Promise<ReaderToken> {
    return await this.#post('/v1/reader-tokens', { hours }, readerToken, lookTimeoutMs);
  }

  /** Switches a service, or starts it once. `disable` resolves when a run in progress has ended. */
  async service(name: string, action: 'enable' | 'disable'): Promise<ServiceStatus>;
  async service(name: string, action: 'run'): Promise<ServiceRun>;
  async service(name: string, action: 'enable' | 'disable' | 'run'): Promise<ServiceStatus | ServiceRun> {
    const path = `/v1/services/${encodeURIComponent(name)}`;
    if (action === 'run') return await this.#post(path, { action }, serviceRun, switchTimeoutMs);
    return await this.#post(path, { action }, serviceStatus, switchTimeoutMs);
  }

  /** A run as it stands now, with the end of its log. */
  async serviceRun(name: string, id: string): Promise<ServiceRun> {
    return await this.#get(`/v1/services/${encodeURIComponent(name)}/runs/${encodeURIComponent(id)}`, serviceRun);
  }

  /** Signs in to another server from the agent's host, and answers whether it may. */
  async signsIn(test: SignInTest): Promise<SignInAnswer> {
    return await this.#post('/v1/sign-ins', test, signInAnswer, lookTimeoutMs);
  }

  /** The read_only that is written for the server's next start; null where nothing is. */
  async persistedReadOnly(): Promise<boolean | null> {
    return (await this.#get('/v1/read-only', persistReadOnly)).readOnly;
  }

  /** Writes the read_only that the server is to have after its next start; null takes it out again. */
  async persistReadOnly(readOnly: boolean | null): Promise<void> {
    const request = { method: 'POST', timeoutMs: lookTimeoutMs, body: { readOnly }, repeatable: true } as const;
    this.#understood(await this.#requests.json('/v1/read-only', request), persistReadOnly);
  }

  /** Where the server's data are, their size, and whether they could be exchanged for a copy. */
  async dataDirectory(): Promise<DataDirectory> {
    return this.#understood(
      await this.#requests.json('/v1/data-directory', { method: 'GET', timeoutMs: sizeTimeoutMs }),
      dataDirectory,
    );
  }

  /** Has the agent hold a physical copy of its server ready for one reader. */
  async offerCopy(): Promise<CopySource> {
    const { path, ticket } = await this.#post('/v1/copies', {}, copyOffer, sizeTimeoutMs);
    return { server: this.#server, url: this.#url, path, ticket, ...this.#known };
  }

  /** Has the agent begin to copy; the same id again answers the one that was begun. */
  async beginReseed(asked: { id: string; source: CopySource; expectedBytes: number }): Promise<Reseed> {
    return await this.#post('/v1/reseeds', asked, reseed, sizeTimeoutMs);
  }

  async reseed(id: string): Promise<Reseed> {
    return await this.#get(`/v1/reseeds/${encodeURIComponent(id)}`, reseed);
  }

  /** Has the agent put the prepared copy in the place of the data; answers at once. */
  async swapReseed(id: string): Promise<Reseed> {
    return await this.#post(`/v1/reseeds/${encodeURIComponent(id)}/swap`, {}, reseed, lookTimeoutMs);
  }

  /** Ends a reseed before that, and resolves when its copy is gone. */
  async cancelReseed(id: string): Promise<Reseed> {
    return await this.#post(`/v1/reseeds/${encodeURIComponent(id)}/cancel`, {}, reseed, sizeTimeoutMs);
  }

  /**
   * The SQL of transactions that the server has in its binary logs, spans as "0-1-13:17": answered when its first byte is
   * there. The stream fails where it breaks off; destroying it ends the agent's reading.
   */
  async transactions(ranges: readonly string[]): Promise<Readable> {
    const path = `/v1/transactions?ranges=${ranges.join(',')}`;
    const answer = await this.#requests.send(path, { method: 'GET', timeoutMs: exportTimeoutMs });
    if (answer.statusCode === 200) return answer;
    throw this.#requests.refusal(answer.statusCode ?? 0, await textOf(answer));
  }

  /** Has the agent keep the SQL of these spans in a file; resolves when that is whole. The same spans again: the same file. */
  async keepTransactions(ranges: readonly string[], timeoutMs: number): Promise<TransactionsExport> {
    return await this.#post('/v1/exports', { ranges: ranges.join(',') }, transactionsExport, Math.ceil(timeoutMs));
  }

  /** What was kept so, newest first. */
  async exports(): Promise<TransactionsExport[]> {
    return (await this.#get('/v1/exports', transactionsExports)).exports;
  }

  /** Opens one of them; the caller reads it to its end or destroys it. */
  async openExport(name: string): Promise<Readable> {
    const path = `/v1/exports/${encodeURIComponent(name)}`;
    const answer = await this.#requests.send(path, { method: 'GET', timeoutMs: lookTimeoutMs });
    if (answer.statusCode === 200) return answer;
    throw this.#requests.refusal(answer.statusCode ?? 0, await textOf(answer));
  }

  /**
   * Opens a backup, with the least work for each byte: the agent's answer of 200, 206, 304 or 416. The caller sends it on
   * at its reader's pace, or destroys it, which ends the agent's reading.
   */
  async downloadBackup(
    name: string,
    asked: { readonly method: 'GET' | 'HEAD'; readonly headers: Readonly<Record<string, string>> },
  ): Promise<RawAnswer> {
    if (!isBackupName(name)) throw new BatonError('not-found', `${this.#server} has no such backup.`);
    const headers = Object.fromEntries(
      Object.entries(asked.headers).filter(([header]) => passedHeaders.includes(header.toLowerCase())),
    );
    const path = `/backups/${name}`;
    const answer = await this.#requests.openLarge(path, { method: asked.method, headers, timeoutMs: lookTimeoutMs });
    if ([200, 206, 304, 416].includes(answer.status)) return answer;
    answer.destroy();
    if (answer.status === 404) throw new BatonError('not-found', `${this.#server} does not have ${name} any more.`);
    if (![401, 403].includes(answer.status)) throw this.#requests.refusal(answer.status, '');
    // Why it does not let us in stands in an answer that is read as others are.
    const why = await this.#requests.send('/backups/', { method: 'GET', timeoutMs: lookTimeoutMs });
    throw this.#requests.refusal(answer.status, await textOf(why));
  }

  /**
   * A connection to the database beside the agent, for the driver. Rejects with SqlError: as the server's socket would have it,
   * or `agent` where there is no way through the agent.
   */
  async openDatabase(timeoutMs: number): Promise<Socket> {
    try {
      return await this.#requests.upgrade(databasePath, databaseProtocol, timeoutMs);
    } catch (error) {
      if (!(error instanceof BatonError)) throw error;
      const refused = databaseRefusal.safeParse(error.details);
      const text = [error.message, error.next].filter(Boolean).join(' ');
      throw new SqlError(refused.success ? refused.data.database : 'agent', 0, text);
    }
  }

  /** Closes the idle connections. */
  close(): void {
    this.#requests.close();
  }

  async #get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.#understood(await this.#requests.json(path, { method: 'GET', timeoutMs: lookTimeoutMs }), schema);
  }

  async #post<T>(path: string, body: object, schema: z.ZodType<T>, timeoutMs: number): Promise<T> {
    return this.#understood(await this.#requests.json(path, { method: 'POST', timeoutMs, body }), schema);
  }

  #understood<T>(answer: unknown, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw this.#requests.unavailable(new Error('its answer is not the one of this version'));
  }
}
