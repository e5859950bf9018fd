'use client';

import { useState } from 'react';
import type { CreatedToken as Created, Token } from '../../server/contract/access.ts';
import { revokeToken } from '../../server/contract/client.ts';
import { useClock } from '../live/use-live.ts';
import { Status } from '../ui/mark.tsx';
import { Section } from '../ui/section.tsx';
import { Ago, Instant, InstantAndAgo } from '../ui/time.tsx';
import { tokenRoleText } from './role-words.ts';
import { AddTokenForm } from './add-token-form.tsx';
import { CreatedToken } from './created-token.tsx';
import { Removal } from './removal.tsx';

/** Which scripts may call. `readAgain` is called after each change. */
export function TokensSection({ tokens, readAgain }: { tokens: readonly Token[]; readAgain: () => void }) {
  const [said, setSaid] = useState('');
  const [created, setCreated] = useState<Created | null>(null);
  return (
    <Section id="tokens" title="API tokens">
      {tokens.length === 0 ? (
        <p className="text-soft">
          No script may call yet. Make a token for each one, so that each can be revoked alone.
        </p>
      ) : (
        <table className="table">
          <caption className="sr-only">API tokens</caption>
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Role</th>
              <th scope="col">Made</th>
              <th scope="col">Last used</th>
              <th scope="col">Ends</th>
              <th scope="col">
                <span className="sr-only">Revoke</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <tr key={token.id}>
                <th scope="row" className="break-words">
                  {token.name}
                </th>
                <td data-label="Role">{tokenRoleText(token)}</td>
                <td data-label="Made">
                  <InstantAndAgo at={token.createdAt} />
                </td>
                <td data-label="Last used">
                  {token.lastUsedAt === null ? (
                    <span className="text-faint">never</span>
                  ) : (
                    <Ago at={token.lastUsedAt} />
                  )}
                </td>
                <td data-label="Ends">
                  <Ends token={token} />
                </td>
                <td className="max-md:!block max-md:!pt-1.5 max-md:!text-left md:text-right">
                  <Removal
                    verb="Revoke"
                    name={token.name}
                    title={`Revoke the token “${token.name}”?`}
                    act={() => revokeToken(token.id)}
                    done={() => {
                      setSaid(`The token “${token.name}” is revoked.`);
                      setCreated((shown) => (shown?.id === token.id ? null : shown));
                      readAgain();
                    }}
                  >
                    Whatever uses it is refused from the next request on. It cannot be given back; a new one can be
                    made.
                  </Removal>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p role="status" className="mt-2 min-h-6 text-sm text-soft">
        {said}
      </p>
      {created !== null && <CreatedToken key={created.id} created={created} close={() => setCreated(null)} />}
      <h3 className="mt-6">Make a token</h3>
      <AddTokenForm
        taken={tokens.map((token) => token.name)}
        made={(token) => {
          setCreated(token);
          setSaid('');
          readAgain();
        }}
      />
    </Section>
  );
}

function Ends({ token: { expiresAt } }: { token: Token }) {
  const over = useClock((nowMs) => expiresAt !== null && Date.parse(expiresAt) <= nowMs);
  if (expiresAt === null) return <span className="text-faint">when revoked</span>;
  return over ? <Status level="off" word="has ended" /> : <Instant at={expiresAt} />;
}
