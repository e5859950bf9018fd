'use client';

import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { signOut } from '../../server/contract/client.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useSession, useWhyNot } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';

/** Who is signed in, with which role; access for admins; the way out. */
export function UserMenu() {
  const session = useSession();
  const menu = useRef<HTMLDetailsElement>(null);
  useClosing(menu);
  return (
    <details ref={menu} className="relative">
      <summary className="target text-sm text-soft hover:text-ink">
        <span>
          {session.username}
          <span className="max-sm:sr-only"> · {session.role}</span>
        </span>
        <Icon name="chevron" className="rotate-90 !w-3" />
      </summary>
      <div className="absolute right-0 top-full z-40 mt-1 flex w-56 flex-col rounded-md border border-line-strong bg-raised p-1 text-sm">
        {session.permissions.includes('administer') && (
          <Link
            href="/access"
            prefetch={false}
            className="rounded-md px-3 py-1.5 hover:bg-sunken"
            onClick={() => menu.current?.removeAttribute('open')}
          >
            Users and tokens
          </Link>
        )}
        <SignOut />
      </div>
    </details>
  );
}

function SignOut() {
  const { signedOut } = useLiveContext();
  const [failed, setFailed] = useState(false);
  const whyNot = useWhyNot('view');
  const leave = async () => {
    const answer = await signOut();
    if (answer.kind === 'no-answer') return setFailed(true);
    signedOut();
    window.location.assign('/sign-in');
  };
  return (
    <>
      <button
        type="button"
        className="rounded-md px-3 py-1.5 text-left hover:bg-sunken disabled:text-faint"
        disabled={whyNot !== null}
        onClick={() => void leave()}
      >
        Sign out
      </button>
      {failed && <p className="px-3 py-1.5 text-serious">The console did not answer: you are still signed in.</p>}
    </>
  );
}

/** A menu closes on Escape and when something else is pressed. */
function useClosing(menu: React.RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    const close = (event: Event) => {
      const open = menu.current;
      if (open === null || !open.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== 'Escape') return;
        open.querySelector('summary')?.focus();
      } else if (event.target instanceof Node && open.contains(event.target)) return;
      open.removeAttribute('open');
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, [menu]);
}
