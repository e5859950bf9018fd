'use client';

import { useId, useState, type ReactNode } from 'react';
import { setServerAside, type Refusal } from '../../server/contract/client.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { RefusalText } from '../access/refusal-text.tsx';
import { TextField } from '../access/text-field.tsx';
import { useWhyNot } from '../live/use-live.ts';

const lengths = [
  { minutes: 30, text: '30 minutes' },
  { minutes: 120, text: '2 hours' },
  { minutes: 480, text: '8 hours' },
  { minutes: 1440, text: '1 day' },
  { minutes: 10_080, text: '1 week' },
] as const;

/** Sets a server aside for a while, with the reason that everybody sees. */
export function SetAsideForm({ cluster }: { cluster: ClusterSnapshot }) {
  const id = useId();
  const names = cluster.servers.map(({ name }) => name);
  const unlikely = cluster.primary;
  const [server, setServer] = useState(names.find((name) => name !== unlikely) ?? names[0] ?? '');
  const [reason, setReason] = useState('');
  const [owner, setOwner] = useState('');
  const [minutes, setMinutes] = useState<number>(120);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const whyNot = useWhyNot('operate');
  const problem = reason.trim() === '' ? 'Say what is being done.' : null;

  const submit = async () => {
    setTried(true);
    setRefusal(null);
    if (problem !== null) return;
    setBusy(true);
    const named = owner.trim() === '' ? {} : { owner: owner.trim() };
    const answer = await setServerAside(cluster.name, server, { reason: reason.trim(), minutes, ...named });
    setBusy(false);
    if (answer.kind !== 'ok') return setRefusal(answer);
    setReason('');
    setTried(false);
  };

  return (
    <form
      className="mt-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="flex flex-wrap items-start gap-x-6 gap-y-4">
        <Select id={`${id}-server`} label="Server" value={server} choose={setServer}>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
              {name === unlikely ? ' (primary)' : ''}
            </option>
          ))}
        </Select>
        <TextField
          label="Reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          problem={tried ? problem : null}
          maxLength={200}
          autoComplete="off"
        />
        <Select id={`${id}-length`} label="For" value={String(minutes)} choose={(chosen) => setMinutes(Number(chosen))}>
          {lengths.map((one) => (
            <option key={one.minutes} value={one.minutes}>
              {one.text}
            </option>
          ))}
        </Select>
        <TextField
          label="Who answers for it"
          placeholder="you"
          value={owner}
          onChange={(event) => setOwner(event.target.value)}
          problem={null}
          maxLength={120}
          autoComplete="off"
        />
      </div>
      <p className="mt-3 max-w-3xl text-sm text-soft">
        Until then {server} raises no alert and is no candidate. What concerns the cluster’s writes or its data is told
        all the same.
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <button type="submit" className="btn" disabled={busy || whyNot !== null}>
          {busy ? 'Setting aside…' : `Set ${server} aside`}
        </button>
        {whyNot !== null && <span className="text-sm text-faint">{whyNot}</span>}
        <RefusalText refusal={refusal} />
      </div>
    </form>
  );
}

function Select({
  id,
  label,
  value,
  choose,
  children,
}: {
  id: string;
  label: string;
  value: string;
  choose: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <div className="flex flex-col gap-1 max-sm:w-full">
      <label htmlFor={id} className="text-sm text-soft">
        {label}
      </label>
      <select id={id} className="field" value={value} onChange={(event) => choose(event.target.value)}>
        {children}
      </select>
    </div>
  );
}
