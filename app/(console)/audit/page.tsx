import type { Metadata } from 'next';
import { z } from 'zod';
import { auditAddress, beforeOf, filterOf, siftsHere } from '../../../components/audit/audit-filter.ts';
import { AuditPage } from '../../../components/audit/audit-page.tsx';
import { largestPage, sift } from '../../../components/audit/read-back.ts';
import { auditEntry } from '../../../server/contract/access.ts';
import { readPage } from '../../engine.ts';

export const metadata: Metadata = { title: 'Audit' };

const pageSize = 100;

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const parameters = await searchParams;
  const [filter, before] = [filterOf(parameters), beforeOf(parameters)];
  const limit = siftsHere(filter) ? largestPage : pageSize;
  const asked = new URLSearchParams({ limit: String(limit) });
  if (before !== null) asked.set('before', String(before));
  if (filter.cluster !== null) asked.set('cluster', filter.cluster);
  const entries = await readPage(`/audit?${asked.toString()}`, z.array(auditEntry));
  return (
    <>
      <h1 className="pt-8">Audit</h1>
      <p className="mb-5 mt-1 max-w-4xl text-soft">
        Who did what, when, from where, with which result. Entries are only ever added: none can be changed or taken
        away here, and their numbers have no gaps.
      </p>
      <AuditPage
        key={auditAddress(filter, before)}
        first={sift(entries, filter, { wanted: pageSize, limit })}
        filter={filter}
        before={before}
      />
    </>
  );
}
