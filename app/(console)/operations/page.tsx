import type { Metadata } from 'next';
import { z } from 'zod';
import { OperationsPage } from '../../../components/operation/operations-page.tsx';
import { operation } from '../../../server/contract/operation.ts';
import { readPage } from '../../engine.ts';

export const metadata: Metadata = { title: 'Operations' };

const pageSize = 50;

export default async function Page({ searchParams }: { searchParams: Promise<{ cluster?: string | string[] }> }) {
  const { cluster } = await searchParams;
  const one = typeof cluster === 'string' && cluster !== '' ? cluster : null;
  const filter = one === null ? '' : `&cluster=${encodeURIComponent(one)}`;
  const operations = await readPage(`/operations?limit=${pageSize}${filter}`, z.array(operation));
  return (
    <>
      <h1 className="pb-4 pt-8">{one === null ? 'Operations' : `Operations on ${one}`}</h1>
      <OperationsPage key={one} first={operations} cluster={one} pageSize={pageSize} />
    </>
  );
}
