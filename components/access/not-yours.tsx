import Link from 'next/link';
import type { Session } from '../../server/contract/access.ts';
import { roles } from './role-words.ts';

/** For everybody who is no admin: why, and what they may. */
export function NotYours({ session }: { session: Session }) {
  return (
    <div className="max-w-2xl">
      <p className="mt-2 text-soft">
        You are {session.username}, with the {session.role} role; users and tokens take the admin role. An admin can
        give it to you. Every change made here is in the{' '}
        <Link href="/audit" prefetch={false} className="link">
          audit
        </Link>
        , which you may read.
      </p>
      <dl className="mt-5 grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
        {roles.map((role) => (
          <div key={role.id} className="contents">
            <dt className={role.id === session.role ? 'font-semibold' : 'text-soft'}>{role.text}</dt>
            <dd className="text-soft">{role.may}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
