import Link from 'next/link';
import { LiveIndicator } from '../live/live-indicator.tsx';
import { HeaderNavigation } from './header-navigation.tsx';
import { QuickJump } from './quick-jump.tsx';
import { UserMenu } from './user-menu.tsx';

export function SiteHeader() {
  return (
    <header className="no-print border-b border-line">
      <div className="page flex min-h-14 flex-wrap items-center gap-x-6 gap-y-1 py-2">
        <Link href="/" prefetch={false} className="target text-base font-semibold tracking-tight">
          <Wordmark />
          Baton
        </Link>
        <HeaderNavigation />
        <div className="ml-auto flex flex-wrap items-center justify-end gap-x-5 gap-y-1">
          <QuickJump />
          <LiveIndicator />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}

/** A baton on its way from one hand to the next. */
export function Wordmark() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false" className="text-accent">
      <path d="M4 16 16 4" stroke="currentColor" strokeWidth="4" strokeLinecap="round" />
      <path d="M8.2 11.8l3.6-3.6" stroke="var(--paper)" strokeWidth="1.6" />
    </svg>
  );
}
