'use client';

import './globals.css';
import { PageError } from '../components/ui/page-error.tsx';

export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Error · Baton</title>
        <main className="page py-16">
          <PageError error={error} retry={retry} />
        </main>
      </body>
    </html>
  );
}
