'use client';

import { useEffect, useState } from 'react';
import { usePathname } from 'next/navigation';
import { duration } from '../format/duration.ts';
import { utc } from '../format/instant.ts';
import { Mark } from '../ui/mark.tsx';
import type { LostCause } from './live-state.ts';
import { useLiveContext } from './live-provider.tsx';
import { useClock, useLive } from './use-live.ts';
import { useTitlePrefix } from './use-title-prefix.ts';

const causeText: Record<LostCause, string> = {
  cut: 'The connection was cut.',
  silent: 'The connection stands, but nothing comes through it.',
  unreachable: 'The console does not answer: it is stopped, or the network on the way to it is.',
  failing: 'The console answers with an error.',
};

/** Stands over the page, in its place, while what the page shows is no longer the truth. */
export function ConnectionBanner() {
  const connection = useLive((state) => state.connection);
  const lost = connection.kind === 'lost' || connection.kind === 'signed-out';
  useTitlePrefix(connection.kind === 'lost' ? 'No contact' : connection.kind === 'signed-out' ? 'Signed out' : null);
  const refused = useLinksRefused(connection.kind === 'lost');
  return (
    <div className="no-print sticky top-0 z-30">
      <p role="alert" className="sr-only">
        {connection.kind === 'lost' && 'No contact with the console. Nothing can be changed until it is back.'}
        {connection.kind === 'signed-out' && 'Your session has ended. Sign in again to go on.'}
      </p>
      {lost && (
        <div className="bg-loud text-on-loud">
          <div className="page flex flex-wrap items-center gap-x-6 gap-y-2 py-3">
            {connection.kind === 'lost' ? <Lost cause={connection.cause} refused={refused} /> : <SignedOut />}
          </div>
        </div>
      )}
    </div>
  );
}

function Lost({ cause, refused }: { cause: LostCause; refused: boolean }) {
  const { retry } = useLiveContext();
  return (
    <>
      <p className="flex-1 basis-80">
        <Mark level="serious" className="mr-2 !text-current" />
        <strong className="font-semibold">No contact with the console.</strong> {causeText[cause]} What you see is from{' '}
        <LastHeard />; nothing can be changed until it is back.
        {refused && ' The page you asked for cannot be loaded now.'}
      </p>
      <button
        type="button"
        className="btn btn-small border-current text-on-loud hover:!bg-transparent hover:underline"
        onClick={retry}
      >
        Retry now
      </button>
    </>
  );
}

function SignedOut() {
  const pathname = usePathname();
  return (
    <>
      <p className="flex-1 basis-80">
        <Mark level="off" className="mr-2 !text-current" />
        <strong className="font-semibold">Your session has ended.</strong> What you see is from <LastHeard />; nothing
        can be changed until you sign in again.
      </p>
      <a
        href={`/sign-in?next=${encodeURIComponent(pathname)}`}
        className="btn btn-small border-current text-on-loud hover:!bg-transparent hover:underline"
      >
        Sign in again
      </a>
    </>
  );
}

function LastHeard() {
  const lastHeardMs = useLive((state) => state.lastHeardMs);
  const text = useClock((nowMs) => duration((nowMs - lastHeardMs) / 1000));
  const at = new Date(lastHeardMs).toISOString();
  return (
    <time dateTime={at} title={utc(at)} aria-live="off">
      {utc(at).slice(11)} ({text} ago)
    </time>
  );
}

/** While there is no contact a link would leave this page for the browser's own error page: it is not followed. */
function useLinksRefused(lost: boolean): boolean {
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (!lost) return undefined;
    const refuse = (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      if (!(event.target instanceof Element) || event.target.closest('a[href^="/"]') === null) return;
      event.preventDefault();
      event.stopPropagation();
      setRefused(true);
    };
    document.addEventListener('click', refuse, true);
    return () => {
      document.removeEventListener('click', refuse, true);
      setRefused(false);
    };
  }, [lost]);
  return refused;
}
