import type { Metadata } from 'next';
import { z } from 'zod';
import { AccessPage } from '../../../components/access/access-page.tsx';
import { NotYours } from '../../../components/access/not-yours.tsx';
import { session, token, user } from '../../../server/contract/access.ts';
import { readPage } from '../../engine.ts';

export const metadata: Metadata = { title: 'Users and tokens' };

export default async function Page() {
  const who = await readPage('/session', session);
  return (
    <>
      <h1 className="pt-8">Users and tokens</h1>
      {who.permissions.includes('administer') ? <Lists /> : <NotYours session={who} />}
    </>
  );
}

async function Lists() {
  const [users, tokens] = await Promise.all([readPage('/users', z.array(user)), readPage('/tokens', z.array(token))]);
  return <AccessPage firstUsers={users} firstTokens={tokens} />;
}
