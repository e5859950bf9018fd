import type { Metadata } from 'next';
import { AddReplicaPage } from '../../../../../components/new-replica/add-replica-page.tsx';
import { dumpCatalogue } from '../../../../../server/contract/dumps.ts';
import { clusterSnapshot } from '../../../../../server/contract/snapshot.ts';
import { pathPart, plainPart, readPage } from '../../../../engine.ts';

type Props = { params: Promise<{ cluster: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Add a replica to ${plainPart((await params).cluster)}` };
}

export default async function Page({ params }: Props) {
  const cluster = pathPart((await params).cluster);
  const [snapshot, catalogue] = await Promise.all([
    readPage(`/clusters/${cluster}`, clusterSnapshot),
    readPage(`/clusters/${cluster}/dumps?detail=1`, dumpCatalogue),
  ]);
  return <AddReplicaPage key={snapshot.name} first={snapshot} catalogue={catalogue} />;
}
