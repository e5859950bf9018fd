'use client';

import { useState } from 'react';
import type { CreatedToken, TakeoverScope, UserRole } from '../../server/contract/access.ts';
import { addToken, type Refusal } from '../../server/contract/client.ts';
import { useClusters } from '../live/use-live.ts';
import { AddForm } from './add-form.tsx';
import { RoleChoice } from './role-choice.tsx';
import { TextField } from './text-field.tsx';

const lives = [
  { days: 30, text: '30 days' },
  { days: 90, text: '90 days' },
  { days: 365, text: 'a year' },
  { days: null, text: 'until it is revoked' },
] as const;

/** Makes a token for a script; what the console answers is handed on and shown once. */
export function AddTokenForm({ taken, made }: { taken: readonly string[]; made: (token: CreatedToken) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<UserRole>('viewer');
  const [server, setServer] = useState<string | null>(null);
  const clusters = useClusters();
  const [days, setDays] = useState<number | null>(90);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const problem = tokenNameProblem(name.trim(), taken);

  const submit = async () => {
    setTried(true);
    setRefusal(null);
    if (problem !== null) return;
    setBusy(true);
    const words = { name: name.trim(), ...(days === null ? {} : { expiresInDays: days }) };
    const takeover = scopeOf(server);
    const answer = await addToken(takeover === null ? { ...words, role } : { ...words, takeover });
    setBusy(false);
    if (answer.kind !== 'ok') return setRefusal(answer);
    setName('');
    setTried(false);
    made(answer.value);
  };

  return (
    <AddForm button={busy ? 'Making…' : 'Make a token'} busy={busy} refusal={refusal} submit={submit}>
      <TextField
        label="What it is for"
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={tried ? problem : null}
        placeholder="nightly restore test"
        autoComplete="off"
        maxLength={100}
      />
      <label className="flex flex-col gap-1 max-sm:w-full">
        <span className="text-sm text-soft">Valid for</span>
        <select
          className="field sm:w-44"
          value={days ?? ''}
          onChange={(event) => setDays(event.target.value === '' ? null : Number(event.target.value))}
        >
          {lives.map((life) => (
            <option key={life.text} value={life.days ?? ''}>
              {life.text}
            </option>
          ))}
        </select>
      </label>
      <label className="flex flex-col gap-1 max-sm:w-full">
        <span className="text-sm text-soft">May do</span>
        <select
          className="field sm:w-60"
          value={server ?? ''}
          onChange={(event) => setServer(event.target.value === '' ? null : event.target.value)}
        >
          <option value="">what its role may</option>
          {clusters.flatMap((cluster) =>
            cluster.servers.map((one) => (
              <option key={`${cluster.name}/${one.name}`} value={`${cluster.name}/${one.name}`}>
                take over {cluster.name}/{one.name} only
              </option>
            )),
          )}
        </select>
      </label>
      {server === null && <RoleChoice role={role} choose={setRole} />}
    </AddForm>
  );
}

function tokenNameProblem(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'Say what it is for: that is its name.';
  return taken.includes(name) ? `There is a token “${name}” already.` : null;
}

/** "erp5/db-2" as the API wants it. */
function scopeOf(text: string | null): TakeoverScope | null {
  const [cluster, server] = text?.split('/') ?? [];
  return cluster === undefined || server === undefined ? null : { cluster, server };
}
