'use client';

import Link from 'next/link';
import type { AuditEntry } from '../../server/contract/access.ts';
import type { Operation } from '../../server/contract/operation.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { AuditTable } from '../audit/audit-table.tsx';
import { HistoryChart } from '../charts/history-chart.tsx';
import { NewestDump } from '../dumps/newest-dump.tsx';
import { counted } from '../format/number.ts';
import { useCluster, useLive } from '../live/use-live.ts';
import { MaintenanceSection } from '../maintenance/maintenance-section.tsx';
import { OperationTable, useNewestOperations } from '../operation/operation-table.tsx';
import { TopologyDiagram } from '../topology/diagram.tsx';
import { ServicesSection } from '../services/services-section.tsx';
import { galeraPath } from '../ui/paths.ts';
import { Section } from '../ui/section.tsx';
import { Ago } from '../ui/time.tsx';
import { ProblemFixes } from './problem-fixes.tsx';
import { RunningOperation } from './running-operation.tsx';
import { SandboxLabel } from './sandbox-label.tsx';
import { ServerTable } from './server-table.tsx';
import { SettingsTable } from './settings-table.tsx';

const eventsShown = 8;

/** Everything about one cluster: what is wrong, who follows whom, each server, how it was, what was done. */
export function ClusterPage({
  first,
  operations,
  audit,
}: {
  first: ClusterSnapshot;
  operations: Operation[];
  audit: AuditEntry[];
}) {
  const cluster = useCluster(first.name) ?? first;
  return (
    <>
      <Heading cluster={cluster} />
      <RunningOperation cluster={cluster} />
      <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_auto]">
        <ProblemFixes cluster={cluster} />
        {cluster.kind === 'galera' ? (
          <GaleraSection cluster={cluster} />
        ) : (
          <Section id="topology" title="Who follows whom">
            <TopologyDiagram cluster={cluster} />
          </Section>
        )}
      </div>
      <ServerTable cluster={cluster} />
      <HistoryChart cluster={cluster} />
      <SettingsTable cluster={cluster} />
      <ServicesSection cluster={cluster} />
      <MaintenanceSection cluster={cluster} />
      <RecentOperations cluster={cluster.name} first={operations} />
      <RecentEvents cluster={cluster.name} first={audit} />
    </>
  );
}

function Heading({ cluster }: { cluster: ClusterSnapshot }) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-2 pb-2 pt-8">
      <div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <h1>{cluster.name}</h1>
          {cluster.sandbox && <SandboxLabel />}
        </div>
        <p className="mt-1 text-sm text-soft">
          {cluster.kind} · {counted(cluster.servers.length, cluster.kind === 'galera' ? 'node' : 'server')} ·{' '}
          {standing(cluster)} · as of <Ago at={cluster.observedAt} />
        </p>
      </div>
      <NewestDump cluster={cluster} />
    </div>
  );
}

function standing({ kind, primary, components, servers }: ClusterSnapshot): string {
  if (kind !== 'galera') return primary === null ? 'no primary' : `primary ${primary}`;
  const [first, ...others] = components ?? [];
  if (first === undefined) return 'no Primary component';
  if (others.length > 0) return `${others.length + 1} Primary components`;
  return first.length === servers.length ? 'all Primary' : `${first.length} of ${servers.length} Primary`;
}

/** The way to what its nodes know of themselves, which is what brings it back when it is down. */
function GaleraSection({ cluster }: { cluster: ClusterSnapshot }) {
  const down = (cluster.components ?? []).length === 0;
  return (
    <Section id="galera" title="Galera">
      <p className="mb-3 max-w-96 text-soft">
        {down
          ? 'No node is Primary. What each one knows tells which may bring the cluster back.'
          : `Primary: ${(cluster.components ?? []).map((names) => names.join(', ')).join(' · ')}`}
      </p>
      <Link href={galeraPath(cluster.name)} prefetch={false} className={down ? 'btn btn-accent' : 'btn'}>
        {down ? 'Bring it back' : 'What its nodes know'}
      </Link>
    </Section>
  );
}

function RecentOperations({ cluster, first }: { cluster: string; first: Operation[] }) {
  const operations = useNewestOperations(first, cluster).slice(0, first.length === 0 ? 5 : Math.max(5, first.length));
  return (
    <Section
      id="operations"
      title="Recent operations"
      aside={
        <Link href={`/operations?cluster=${encodeURIComponent(cluster)}`} prefetch={false} className="target link">
          All operations ›
        </Link>
      }
    >
      {operations.length === 0 ? (
        <p className="text-soft">Nothing has been done to {cluster} yet.</p>
      ) : (
        <OperationTable operations={operations} caption={`Recent operations on ${cluster}`} />
      )}
    </Section>
  );
}

function RecentEvents({ cluster, first }: { cluster: string; first: AuditEntry[] }) {
  const added = useLive((state) => state.audit).filter(
    (entry) => entry.cluster === cluster && first.every((one) => one.id !== entry.id),
  );
  const entries = [...added, ...first].slice(0, eventsShown);
  return (
    <Section
      id="events"
      title="Recent events"
      aside={
        <Link href={`/audit?cluster=${encodeURIComponent(cluster)}`} prefetch={false} className="target link">
          Audit ›
        </Link>
      }
    >
      {entries.length === 0 ? (
        <p className="text-soft">Nobody has asked anything of {cluster} yet.</p>
      ) : (
        <AuditTable entries={entries} caption={`Recent events of ${cluster}`} ofOneCluster />
      )}
    </Section>
  );
}
