import type { ReactNode } from 'react';
import { z } from 'zod';
import { SiteHeader } from '../../components/header/site-header.tsx';
import { ConnectionBanner } from '../../components/live/connection-banner.tsx';
import { LiveProvider } from '../../components/live/live-provider.tsx';
import { session } from '../../server/contract/access.ts';
import { clusterSnapshot } from '../../server/contract/snapshot.ts';
import { readPage } from '../engine.ts';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const [who, clusters] = await Promise.all([
    readPage('/session', session),
    readPage('/clusters', z.array(clusterSnapshot)),
  ]);
  return (
    <LiveProvider session={who} clusters={clusters} renderedAtMs={Date.now()}>
      <a
        href="#main"
        className="btn sr-only focus:not-sr-only focus:absolute focus:left-2 focus:top-2 focus:z-50 focus:bg-raised"
      >
        Skip to the content
      </a>
      <SiteHeader />
      <ConnectionBanner />
      <main id="main" tabIndex={-1} className="page pb-16 outline-none">
        {children}
      </main>
    </LiveProvider>
  );
}
