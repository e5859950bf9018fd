'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Token, User } from '../../server/contract/access.ts';
import { getTokens, getUsers } from '../../server/contract/client.ts';
import { useLive } from '../live/use-live.ts';
import { TokensSection } from './tokens-section.tsx';
import { UsersSection } from './users-section.tsx';

/** People and scripts that may come in. What another admin changes shows here too. */
export function AccessPage({ firstUsers, firstTokens }: { firstUsers: User[]; firstTokens: Token[] }) {
  const [users, setUsers] = useState(firstUsers);
  const [tokens, setTokens] = useState(firstTokens);
  const [unread, setUnread] = useState<string | null>(null);
  const readAgain = useCallback(async () => {
    const [people, scripts] = await Promise.all([getUsers(), getTokens()]);
    if (people.kind === 'ok') setUsers(people.value);
    if (scripts.kind === 'ok') setTokens(scripts.value);
    const refused = [people, scripts].flatMap((answer) => (answer.kind === 'ok' ? [] : [answer.message]));
    setUnread(refused[0] ?? null);
  }, []);
  const changed = useLive((state) => state.audit.find(({ action }) => /^(user|token)-/.test(action))?.id ?? null);
  const seen = useRef(changed);
  useEffect(() => {
    if (seen.current === changed) return;
    seen.current = changed;
    void readAgain();
  }, [changed, readAgain]);
  return (
    <>
      {unread !== null && (
        <p role="alert" className="mt-3 text-sm text-serious">
          The lists could not be read again, so they may be old: {unread}
        </p>
      )}
      <UsersSection users={users} readAgain={() => void readAgain()} />
      <TokensSection tokens={tokens} readAgain={() => void readAgain()} />
    </>
  );
}
