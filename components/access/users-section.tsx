'use client';

import { useState } from 'react';
import type { User } from '../../server/contract/access.ts';
import { removeUser } from '../../server/contract/client.ts';
import { useSession } from '../live/use-live.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Section } from '../ui/section.tsx';
import { InstantAndAgo } from '../ui/time.tsx';
import { AddUserForm } from './add-user-form.tsx';
import { Removal } from './removal.tsx';

/** Who may sign in. `readAgain` is called after each change. */
export function UsersSection({ users, readAgain }: { users: readonly User[]; readAgain: () => void }) {
  const [said, setSaid] = useState('');
  const [password, setPassword] = useState<string | null>(null);
  const { username: me } = useSession();
  const tell = (text: string, suggested: string | null = null) => {
    setSaid(text);
    setPassword(suggested);
    readAgain();
  };
  return (
    <Section id="users" title="Users">
      <table className="table">
        <caption className="sr-only">Users</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">Added</th>
            <th scope="col">
              <span className="sr-only">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.username}>
              <th scope="row">
                {user.username}
                {user.username === me && <span className="font-normal text-faint"> (you)</span>}
              </th>
              <td data-label="Role">{user.role}</td>
              <td data-label="Added">
                <InstantAndAgo at={user.createdAt} />
              </td>
              <td className="max-md:!block max-md:!pt-1.5 max-md:!text-left md:text-right">
                <Removal
                  verb="Remove"
                  name={user.username}
                  title={`Remove ${user.username}?`}
                  act={() => removeUser(user.username)}
                  done={() => tell(`${user.username} is removed.`)}
                >
                  {user.username === me
                    ? 'This is you: your session ends at once, and you cannot sign in again.'
                    : `${user.username} is signed out everywhere at once and cannot sign in again. What ${user.username} did stays in the audit.`}
                </Removal>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status" className="mt-2 min-h-6 text-sm text-soft">
        {said}{' '}
        {password !== null && (
          <span className="inline-flex items-center">
            The password, shown until you leave: <span className="mono ml-1.5 select-all">{password}</span>
            <CopyButton text={password} label="Copy the password" />
          </span>
        )}
      </p>
      <h3 className="mt-4">Add a user</h3>
      <AddUserForm
        taken={users.map((user) => user.username)}
        added={(user, suggested) => tell(`${user.username} may sign in as ${user.role}.`, suggested)}
      />
      <OnTheHost />
    </Section>
  );
}

/** What the page cannot do stands where it would be looked for. */
function OnTheHost() {
  const command = 'baton user passwd NAME';
  return (
    <p className="mt-6 max-w-3xl text-sm text-faint">
      For another role, remove the user and add them with it. A new password is set on the console’s host, and ends the
      user’s sessions:{' '}
      <span className="inline-flex items-center whitespace-nowrap">
        <span className="mono text-soft">{command}</span>
        <CopyButton text={command} label="Copy the command" />
      </span>
    </p>
  );
}
