'use client';

import { useState } from 'react';
import { endMaintenance, type Refusal } from '../../server/contract/client.ts';
import type { Maintenance } from '../../server/contract/maintenance.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { RefusalText } from '../access/refusal-text.tsx';
import { useWhyNot } from '../live/use-live.ts';
import { Section } from '../ui/section.tsx';
import { Instant } from '../ui/time.tsx';
import { SetAsideForm } from './set-aside-form.tsx';

/** Which servers are set aside, by whom and until when; and how to set one aside. */
export function MaintenanceSection({ cluster }: { cluster: ClusterSnapshot }) {
  const aside = cluster.servers.flatMap(({ name, maintenance }) =>
    maintenance === null ? [] : [{ name, maintenance }],
  );
  return (
    <Section id="maintenance" title="Maintenance">
      {aside.length === 0 && <p className="text-soft">No server is set aside.</p>}
      <ul>
        {aside.map(({ name, maintenance }) => (
          <Aside key={name} cluster={cluster.name} server={name} maintenance={maintenance} />
        ))}
      </ul>
      <details className="mt-1">
        <summary className="target link text-sm">Set a server aside ›</summary>
        <SetAsideForm cluster={cluster} />
      </details>
    </Section>
  );
}

function Aside({ cluster, server, maintenance }: { cluster: string; server: string; maintenance: Maintenance }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const whyNot = useWhyNot('operate');
  const end = async () => {
    setBusy(true);
    const answer = await endMaintenance(cluster, server);
    setBusy(false);
    setRefusal(answer.kind === 'ok' ? null : answer);
  };
  return (
    <li className="flex flex-wrap items-baseline gap-x-6 gap-y-1 border-t border-line py-2.5">
      <p className="min-w-0 grow basis-64 wrap-anywhere">
        <span className="font-medium">{server}</span> until <Instant at={maintenance.until} /> · {maintenance.reason}{' '}
        <span className="text-soft">
          · set aside by {maintenance.owner}, <Instant at={maintenance.since} />
        </span>
      </p>
      <button
        type="button"
        className="btn btn-small"
        disabled={busy || whyNot !== null}
        title={whyNot ?? undefined}
        onClick={() => void end()}
      >
        {busy ? 'Ending…' : `End maintenance of ${server}`}
      </button>
      <RefusalText refusal={refusal} />
    </li>
  );
}
