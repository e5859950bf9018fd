'use client';

import { useState } from 'react';
import type { User, UserRole } from '../../server/contract/access.ts';
import { addUser, type Refusal } from '../../server/contract/client.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { AddForm } from './add-form.tsx';
import { newUserProblems } from './new-user-rules.ts';
import { RoleChoice } from './role-choice.tsx';
import { suggestPassword } from './suggest-password.ts';
import { TextField } from './text-field.tsx';

const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);

/** Adds a user with a first password, typed or suggested. */
export function AddUserForm({
  taken,
  added,
}: {
  taken: readonly string[];
  /** `password`: the one that was suggested, which nobody has typed and nobody may know yet. */
  added: (user: User, password: string | null) => void;
}) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [role, setRole] = useState<UserRole>('viewer');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const problems = newUserProblems({ username, password }, taken);

  const submit = async () => {
    setTried(true);
    setRefusal(null);
    if (problems.username !== null || problems.password !== null) return;
    setBusy(true);
    const answer = await addUser({ username, password, role });
    setBusy(false);
    if (answer.kind !== 'ok') return setRefusal(answer);
    setUsername('');
    setPassword('');
    setShown(false);
    setTried(false);
    added(answer.value, shown ? password : null);
  };

  return (
    <AddForm
      button={busy ? 'Adding…' : username === '' ? 'Add a user' : `Add ${username}`}
      busy={busy}
      refusal={refusal}
      submit={submit}
    >
      <TextField
        label="User name"
        value={username}
        onChange={(event) => setUsername(event.target.value)}
        problem={tried ? problems.username : null}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextField
        label="First password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        problem={tried ? problems.password : null}
        type={shown ? 'text' : 'password'}
        autoComplete="new-password"
        spellCheck={false}
      >
        <button
          type="button"
          className="btn btn-small"
          onClick={() => {
            setPassword(suggestPassword(random));
            setShown(true);
          }}
        >
          Suggest one
        </button>
        {shown && <CopyButton text={password} label="Copy the password" />}
      </TextField>
      <RoleChoice role={role} choose={setRole} />
    </AddForm>
  );
}
