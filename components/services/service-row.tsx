'use client';

import { useState } from 'react';
import { runService, switchService, type Refusal } from '../../server/contract/client.ts';
import { RefusalText } from '../access/refusal-text.tsx';
import { Status } from '../ui/mark.tsx';
import { Ago } from '../ui/time.tsx';
import { RunLog } from './run-log.tsx';
import { notHere, serviceState, type ServiceRow } from './service-words.ts';

type Action = 'enable' | 'disable' | 'run';
const busyWords: Record<Action, string> = { enable: 'Enabling…', disable: 'Disabling…', run: 'Starting…' };

/** One service of one server. `forbiddenId` names where it is said that this visitor may switch nothing. */
export function ServiceTableRow({
  cluster,
  row,
  forbiddenId,
}: {
  cluster: string;
  row: ServiceRow;
  forbiddenId: string | null;
}) {
  const { server, service } = row;
  const [busy, setBusy] = useState<Action | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [begun, setBegun] = useState<string | null>(null);
  const { level, word } = serviceState(row);
  const why = notHere(row);
  const whyId = `why-${server.name}-${service.name}`;

  const act = async (action: Action) => {
    setBusy(action);
    const answer =
      action === 'run'
        ? await runService(cluster, server.name, service.name)
        : await switchService(cluster, server.name, service.name, action);
    setBusy(null);
    setRefusal(answer.kind === 'ok' ? null : answer);
    if (answer.kind === 'ok' && 'log' in answer.value) setBegun(answer.value.id);
  };
  const button = (action: Action, text: string, allowed: boolean) => (
    <button
      type="button"
      className="btn btn-small whitespace-nowrap max-md:min-h-10"
      disabled={busy !== null || forbiddenId !== null || !allowed}
      aria-describedby={forbiddenId ?? (allowed ? undefined : whyId)}
      onClick={() => void act(action)}
    >
      {busy === action ? busyWords[action] : text}
      <span className="sr-only">
        {' '}
        {service.name} on {server.name}
      </span>
    </button>
  );
  const runId = begun ?? service.lastRun?.id ?? null;
  return (
    <tr>
      <th scope="row">{service.name}</th>
      <td data-label="Server" className="whitespace-nowrap">
        {server.name} <span className="text-soft">{server.role}</span>
      </td>
      <td data-label="State">
        <Status level={level} word={word} />
        {typeof service.problem === 'string' && (
          <span className="block max-w-96 text-sm text-soft wrap-anywhere">{service.problem}</span>
        )}
      </td>
      <td data-label="Last run">
        <LastRun row={row} />
        {runId !== null && (
          <RunLog
            key={runId}
            cluster={cluster}
            server={server.name}
            name={service.name}
            id={runId}
            open={begun !== null}
          />
        )}
      </td>
      <td>
        <div className="flex flex-wrap gap-2 md:justify-end">
          {service.enabled ? button('disable', 'Disable', true) : button('enable', 'Enable', why === null)}
          {service.daemon !== true && button('run', 'Run once', why === null && !service.running)}
        </div>
        {why !== null && (
          <p id={whyId} className="mt-1 text-sm text-faint md:ml-auto md:max-w-72 md:text-right">
            {why}
          </p>
        )}
        <RefusalText refusal={refusal} className="mt-1" />
      </td>
    </tr>
  );
}

function LastRun({ row: { service } }: { row: ServiceRow }) {
  if (!service.lastRun)
    return <span className="text-faint">{service.daemon === true ? 'runs all the time' : 'never'}</span>;
  const { at, ok } = service.lastRun;
  return (
    <span>
      <Status level={ok ? 'normal' : 'caution'} word={ok ? 'done' : 'failed'} /> <Ago at={at} />
    </span>
  );
}
