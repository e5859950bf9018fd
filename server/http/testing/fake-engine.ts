import { Readable } from 'node:stream';
import { type Actor, requirePermission } from '../../access/actor.ts';
import type { DumpAnswer, Engine, NumberedEvent } from '../../console/engine.ts';
import type { BackupRun, VerifyRun } from '../../contract/agent.ts';
import type { Dump } from '../../contract/dumps.ts';
import { BatonError } from '../../contract/errors.ts';
import type { NodeWork } from '../../contract/galera-agent.ts';
import type { GaleraView, RecoveryPlan } from '../../contract/galera.ts';
import type { RoundPlan, RoundPlanRequest, RoundRequest } from '../../contract/galera-rounds.ts';
import type { Operation } from '../../contract/operation.ts';
import type { TakeoverPlan } from '../../contract/takeover.ts';
import { at, backupRun, clusterNamed, operationNamed, rejoinPlanOf, verifyRunOf } from './examples.ts';

/**
 * A small engine in memory for the listener's tests: one cluster, one operation, what a test adds. It asks for the
 * permissions the real one asks for, and keeps what it was asked in `calls`.
 */
export class FakeEngine implements Engine {
  readonly calls: string[] = [];
  readonly ended: { name: string; bytes: number; whole: boolean }[] = [];
  operationNow: Operation = operationNamed('op-1');
  dumpsNow: Dump[] = [];
  /** What openDump asks; null: no agent answers. */
  agent: { open: (name: string, asked: Parameters<Engine['openDump']>[3]) => Promise<DumpAnswer> } | null = null;
  /** Thrown by plan(). */
  planError: Error | null = null;
  readonly #listeners = new Set<(event: NumberedEvent) => void>();
  readonly #remembered: NumberedEvent[] = [];
  #lastId = 100;

  #ask(actor: Actor, permission: Parameters<typeof requirePermission>[1], call: string): void {
    requirePermission(actor, permission);
    this.calls.push(call);
  }

  clusters(actor: Actor) {
    this.#ask(actor, 'view', 'clusters');
    return [clusterNamed('erp5')];
  }
  cluster(actor: Actor, name: string) {
    this.#ask(actor, 'view', 'cluster');
    if (name !== 'erp5') {
      throw new BatonError('not-found', `There is no cluster "${name}".`, '', { known: ['erp5'] });
    }
    return clusterNamed('erp5');
  }
  async history(actor: Actor, { server, metric, from, to }: Parameters<Engine['history']>[1]) {
    this.#ask(actor, 'view', 'history');
    return { server, metric, from: from.toISOString(), to: to.toISOString(), bucketSeconds: 1, points: [] };
  }
  async plan(actor: Actor): Promise<TakeoverPlan> {
    this.#ask(actor, 'view', 'plan');
    throw this.planError ?? new BatonError('refused', 'db-2 does not replicate.', '', { checks: [] });
  }
  async takeover(actor: Actor, cluster: string, { planId }: Parameters<Engine['takeover']>[2]) {
    this.#ask(actor, 'operate', `takeover ${cluster} ${planId}`);
    return { operationId: 'op-1' };
  }
  async runHook(actor: Actor, operationId: string, hook: string) {
    this.#ask(actor, 'operate', `runHook ${operationId} ${hook}`);
    return { operationId: 'op-1' };
  }
  async service(actor: Actor, cluster: string, { server, name, action }: Parameters<Engine['service']>[2]) {
    this.#ask(actor, 'operate', `service ${cluster} ${server} ${name} ${action}`);
    const state = { running: false, daemon: false, lastRun: null, problem: null };
    return { name, kind: 'gate' as const, enabled: action !== 'disable', ...state };
  }
  async serviceRun(actor: Actor, cluster: string, { server, name, id }: Parameters<Engine['serviceRun']>[2]) {
    this.#ask(actor, 'view', `serviceRun ${cluster} ${server} ${name} ${id}`);
    return { id, service: name, startedAt: at, endedAt: at, state: 'done' as const, exitCode: 0, log: '' };
  }
  async keepReadOnly(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'operate', `keepReadOnly ${cluster} ${server}`);
    return { readOnly: true };
  }
  async rejoinPlan(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'view', `rejoinPlan ${cluster} ${server}`);
    return rejoinPlanOf(cluster, server);
  }
  async galera(actor: Actor, cluster: string): Promise<GaleraView> {
    this.#ask(actor, 'view', `galera ${cluster}`);
    throw new BatonError('refused', `${cluster} is no Galera cluster.`);
  }
  async recoveryPlan(actor: Actor, cluster: string): Promise<RecoveryPlan> {
    this.#ask(actor, 'operate', `recoveryPlan ${cluster}`);
    throw new BatonError('refused', `${cluster} is no Galera cluster.`);
  }
  async recovery(actor: Actor, cluster: string, { planId }: Parameters<Engine['recovery']>[2]) {
    this.#ask(actor, 'operate', `recovery ${cluster} ${planId}`);
    return { operationId: 'op-1' };
  }
  async killSandbox(actor: Actor, cluster: string) {
    this.#ask(actor, 'operate', `killSandbox ${cluster}`);
    return { killed: ['db-1'] };
  }
  async roundPlan(actor: Actor, cluster: string, { act }: RoundPlanRequest): Promise<RoundPlan> {
    this.#ask(actor, 'view', `roundPlan ${cluster} ${act}`);
    throw new BatonError('refused', `${cluster} is no Galera cluster.`);
  }

  async round(actor: Actor, cluster: string, { act }: RoundRequest): Promise<{ operationId: string }> {
    this.#ask(actor, 'operate', `round ${cluster} ${act}`);
    return { operationId: 'op-1' };
  }

  async galeraNode(actor: Actor, cluster: string, node: string, act: 'start' | 'stop'): Promise<NodeWork> {
    this.#ask(actor, 'operate', `galeraNode ${cluster} ${node} ${act}`);
    return { kind: act === 'start' ? 'starting' : 'stopping', startedAt: null, endedAt: null, error: null };
  }
  async rejoin(actor: Actor, cluster: string, { server }: Parameters<Engine['rejoin']>[2]) {
    this.#ask(actor, 'operate', `rejoin ${cluster} ${server}`);
    return { operationId: 'op-1' };
  }
  async extraTransactions(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'view', `extraTransactions ${cluster} ${server}`);
    return { server, primary: 'db-1', count: 0, ranges: [], text: '', observedAt: at };
  }
  async exportExtraTransactions(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'download', `exportExtraTransactions ${cluster} ${server}`);
    return Readable.from(['-- nothing\n']);
  }
  async setAside(
    actor: Actor,
    cluster: string,
    server: string,
    { reason, minutes }: Parameters<Engine['setAside']>[3],
  ) {
    this.#ask(actor, 'operate', `setAside ${cluster} ${server} ${minutes}`);
    return { reason, owner: actor.name, since: at, until: at };
  }
  async endMaintenance(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'operate', `endMaintenance ${cluster} ${server}`);
  }
  async exports(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'view', `exports ${cluster} ${server}`);
    return [];
  }
  async openExport(actor: Actor, cluster: string, server: string, name: string) {
    this.#ask(actor, 'download', `openExport ${cluster} ${server} ${name}`);
    return Readable.from(['-- nothing\n']);
  }
  async operations(actor: Actor) {
    this.#ask(actor, 'view', 'operations');
    return [this.operationNow];
  }
  async operation(actor: Actor, id: string) {
    this.#ask(actor, 'view', 'operation');
    if (id !== this.operationNow.id) throw new BatonError('not-found', `There is no operation "${id}".`);
    return this.operationNow;
  }
  async cancel(actor: Actor) {
    this.#ask(actor, 'operate', 'cancel');
    return this.operationNow;
  }
  async resume(actor: Actor) {
    this.#ask(actor, 'operate', 'resume');
    return this.operationNow;
  }
  async dumps(actor: Actor) {
    this.#ask(actor, 'view', 'dumps');
    return { dumps: this.dumpsNow, servers: [], lastDownload: null };
  }
  async findDump(actor: Actor, _cluster: string, server: string, name: string): Promise<Dump> {
    this.#ask(actor, 'download', `findDump ${server} ${name}`);
    const found =
      server === 'latest'
        ? this.dumpsNow[0]
        : this.dumpsNow.find((dump) => dump.server === server && dump.name === name);
    if (found === undefined) throw new BatonError('not-found', `There is no dump "${name}" of ${server}.`);
    return found;
  }
  async openDump(
    actor: Actor,
    _cluster: string,
    dump: Dump,
    asked: Parameters<Engine['openDump']>[3],
  ): Promise<DumpAnswer> {
    this.#ask(actor, 'download', `openDump ${dump.name}`);
    if (this.agent === null) throw new BatonError('unavailable', 'The agent does not answer.');
    return this.agent.open(dump.name, asked);
  }
  async downloadEnded(_actor: Actor, _cluster: string, { name }: Dump, end: { bytes: number; whole: boolean }) {
    this.ended.push({ name, ...end });
  }
  async takeBackup(actor: Actor): Promise<BackupRun> {
    this.#ask(actor, 'operate', 'takeBackup');
    return backupRun;
  }
  async backupRun(actor: Actor): Promise<BackupRun> {
    this.#ask(actor, 'view', 'backupRun');
    return backupRun;
  }
  async verifyDump(actor: Actor): Promise<VerifyRun> {
    this.#ask(actor, 'operate', 'verifyDump');
    return verifyRunOf('d.sql.zst');
  }
  async verifyRun(actor: Actor): Promise<VerifyRun> {
    this.#ask(actor, 'view', 'verifyRun');
    return verifyRunOf('d.sql.zst');
  }
  async connectionParameters(actor: Actor, cluster: string, server: string) {
    this.#ask(actor, 'operate', `connectionParameters ${cluster} ${server}`);
    return { 'replication-primary-url': '', 'replication-bootstrap-url': '', 'takeover-url': '' };
  }
  async audit(actor: Actor) {
    this.#ask(actor, 'view', 'audit');
    return [];
  }
  session({ name, role, permissions, takeover }: Actor) {
    return { username: name, role, permissions: [...permissions], takeover };
  }
  async users(actor: Actor) {
    this.#ask(actor, 'administer', 'users');
    return [];
  }
  async addUser(actor: Actor, { username, role }: Parameters<Engine['addUser']>[1]) {
    this.#ask(actor, 'administer', 'addUser');
    return { username, role, createdAt: at };
  }
  async removeUser(actor: Actor) {
    this.#ask(actor, 'administer', 'removeUser');
  }
  async tokens(actor: Actor) {
    this.#ask(actor, 'administer', 'tokens');
    return [];
  }
  async addToken(actor: Actor, wanted: Parameters<Engine['addToken']>[1]) {
    this.#ask(actor, 'administer', 'addToken');
    const { name } = wanted;
    const made =
      'role' in wanted
        ? { role: wanted.role, takeover: null }
        : { role: 'takeover' as const, takeover: wanted.takeover };
    return { id: 'token-1', name, ...made, createdAt: at, expiresAt: null, lastUsedAt: null, token: 'shown once' };
  }
  async revokeToken(actor: Actor) {
    this.#ask(actor, 'administer', 'revokeToken');
  }

  subscribe(actor: Actor, lastId: number | null, listener: (event: NumberedEvent) => void) {
    this.#ask(actor, 'view', 'subscribe');
    if (lastId !== null) this.#remembered.filter((entry) => entry.id > lastId).forEach(listener);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  /** Sends an event to whoever listens. */
  emit(event: NumberedEvent['event']): void {
    const entry = { id: ++this.#lastId, event };
    this.#remembered.push(entry);
    this.#listeners.forEach((listener) => listener(entry));
  }
  get listening(): number {
    return this.#listeners.size;
  }
  async metrics() {
    return 'baton_up 1\n';
  }
  health() {
    return { status: 'ok' as const, pid: process.pid };
  }
}
