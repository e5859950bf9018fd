import { connection } from 'next/server';
import { NotFound } from '../components/ui/not-found.tsx';

export default async function RootNotFound() {
  // A page made at build time could carry no nonce, and its scripts would be refused.
  await connection();
  return (
    <main className="page py-16">
      <NotFound />
    </main>
  );
}
