'use client';

import { PageError } from '../components/ui/page-error.tsx';

export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <main className="page py-16">
      <PageError error={error} retry={retry} />
    </main>
  );
}
