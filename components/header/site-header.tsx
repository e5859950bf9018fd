'use client';

import Link from 'next/link';
import { LiveIndicator } from '../live/live-indicator.tsx';
import { useSession } from '../live/use-live.ts';
import { takeoverPath } from '../ui/paths.ts';
import { HeaderNavigation } from './header-navigation.tsx';
import { QuickJump } from './quick-jump.tsx';
import { UserMenu } from './user-menu.tsx';
import { Wordmark } from './wordmark.tsx';

/** A session that is for one takeover has one place to go: its review. */
export function SiteHeader() {
  const { takeover } = useSession();
  return (
    <header className="no-print border-b border-line">
      <div className="page flex min-h-14 flex-wrap items-center gap-x-5 py-2 lg:gap-x-6">
        <Link
          href={takeover === null ? '/' : takeoverPath(takeover.cluster, takeover.server)}
          prefetch={false}
          className="target text-base font-semibold tracking-tight"
        >
          <Wordmark />
          Baton
        </Link>
        {/* On a phone a second line: pages and search below who and whether. */}
        {takeover === null && (
          <div className="order-last flex basis-full items-center justify-between gap-x-6 md:order-none md:grow md:basis-0">
            <HeaderNavigation />
            <QuickJump />
          </div>
        )}
        <div className="ml-auto flex min-w-0 flex-1 basis-0 items-center justify-end gap-x-4 md:flex-none lg:gap-x-5">
          <LiveIndicator />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}
