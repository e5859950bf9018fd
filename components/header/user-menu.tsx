'use client';

import Link from 'next/link';
import { useEffect, useEffectEvent, useId, useRef, useState, type RefObject } from 'react';
import { signOut } from '../../server/contract/client.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useSession, useWhyNot } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';

/** Who is signed in, with which role; access for admins; the way out. */
export function UserMenu() {
  const id = useId();
  const session = useSession();
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useClosing(menu, open, (byKey) => {
    setOpen(false);
    if (byKey) button.current?.focus();
  });
  return (
    <div ref={menu} className="flex min-w-0 flex-col items-end">
      <button
        ref={button}
        type="button"
        className="target max-w-full text-sm text-soft hover:text-ink"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {/* A name as long as it may be takes no second line on a phone. */}
        <span className="truncate sm:max-w-80" title={session.username}>
          {session.username}
        </span>
        <span className="whitespace-nowrap max-sm:sr-only">· {session.role}</span>
        <Icon name="chevron" className="rotate-90 !w-3 flex-none" />
      </button>
      <div
        id={id}
        hidden={!open}
        // Fixed where it would stand anyway, below the button: a layer over the page, not a part of it.
        className="fixed z-40 mt-8 w-56 rounded-md border border-line-strong bg-raised p-1 text-sm"
      >
        {session.permissions.includes('administer') && (
          <Link
            href="/access"
            prefetch={false}
            className="block rounded-md px-3 py-1.5 hover:bg-sunken"
            onClick={() => setOpen(false)}
          >
            Users and tokens
          </Link>
        )}
        <SignOut />
      </div>
    </div>
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
        className="block w-full rounded-md px-3 py-1.5 text-left hover:bg-sunken disabled:text-faint"
        disabled={whyNot !== null}
        onClick={() => void leave()}
      >
        Sign out
      </button>
      {failed && <p className="px-3 py-1.5 text-serious">The console did not answer: you are still signed in.</p>}
    </>
  );
}

/** A menu closes on Escape, when something else is pressed, and when the page moves away under it. */
function useClosing(menu: RefObject<HTMLElement | null>, open: boolean, close: (byKey: boolean) => void): void {
  const closeNow = useEffectEvent(close);
  useEffect(() => {
    if (!open) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') closeNow(true);
    };
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && menu.current?.contains(event.target) !== true) closeNow(false);
    };
    const onScroll = () => closeNow(false);
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPress);
    window.addEventListener('scroll', onScroll);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPress);
      window.removeEventListener('scroll', onScroll);
    };
  }, [menu, open]);
}
