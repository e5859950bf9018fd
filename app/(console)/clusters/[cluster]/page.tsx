import type { Metadata } from 'next';
import { z } from 'zod';
import { ClusterPage } from '../../../../components/status/cluster-page.tsx';
import { auditEntry } from '../../../../server/contract/access.ts';
import { operation } from '../../../../server/contract/operation.ts';
import { clusterSnapshot } from '../../../../server/contract/snapshot.ts';
import { pathPart, plainPart, readPage } from '../../../engine.ts';

type Props = { params: Promise<{ cluster: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: plainPart((await params).cluster) };
}

export default async function Page({ params }: Props) {
  const cluster = pathPart((await params).cluster);
  const [snapshot, operations, audit] = await Promise.all([
    readPage(`/clusters/${cluster}`, clusterSnapshot),
    readPage(`/operations?cluster=${cluster}&limit=5`, z.array(operation)),
    readPage(`/audit?cluster=${cluster}&limit=8`, z.array(auditEntry)),
  ]);
  return <ClusterPage first={snapshot} operations={operations} audit={audit} />;
}
