import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { GaleraPage } from '../../../../../components/galera/galera-page.tsx';
import { clusterSnapshot } from '../../../../../server/contract/snapshot.ts';
import { pathPart, plainPart, readPage } from '../../../../engine.ts';

type Props = { params: Promise<{ cluster: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Galera nodes of ${plainPart((await params).cluster)}` };
}

export default async function Page({ params }: Props) {
  const snapshot = await readPage(`/clusters/${pathPart((await params).cluster)}`, clusterSnapshot);
  if (snapshot.kind !== 'galera') notFound();
  return <GaleraPage cluster={snapshot.name} />;
}
