import type { Metadata } from 'next';
import { z } from 'zod';
import { AuditPage } from '../../../components/audit/audit-page.tsx';
import { auditFilter } from '../../../components/audit/filter.ts';
import { auditEntry } from '../../../server/contract/access.ts';
import { readPage } from '../../engine.ts';

export const metadata: Metadata = { title: 'Audit' };

const pageSize = 100;

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const filter = auditFilter(await searchParams);
  const cluster = filter.cluster === '' ? '' : `&cluster=${encodeURIComponent(filter.cluster)}`;
  const entries = await readPage(`/audit?limit=${pageSize}${cluster}`, z.array(auditEntry));
  return (
    <>
      <h1 className="pt-8">Audit</h1>
      <p className="mb-5 mt-1 text-soft">
        Who did what, when, from where, with which result. No entry can be changed or taken away.
      </p>
      <AuditPage key={JSON.stringify(filter)} first={entries} filter={filter} pageSize={pageSize} />
    </>
  );
}
