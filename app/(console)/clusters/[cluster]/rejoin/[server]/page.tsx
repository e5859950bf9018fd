import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { RejoinPage } from '../../../../../../components/rejoin/rejoin-page.tsx';
import { clusterSnapshot } from '../../../../../../server/contract/snapshot.ts';
import { pathPart, plainPart, readPage } from '../../../../../engine.ts';

type Props = {
  params: Promise<{ cluster: string; server: string }>;
  searchParams: Promise<{ 'set-aside'?: string | string[] }>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { cluster, server } = await params;
  return { title: `Rejoin ${plainPart(server)} in ${plainPart(cluster)}` };
}

export default async function Page({ params, searchParams }: Props) {
  const { cluster, server } = await params;
  const snapshot = await readPage(`/clusters/${pathPart(cluster)}`, clusterSnapshot);
  if (snapshot.servers.every((one) => one.name !== plainPart(server))) notFound();
  const setAside = (await searchParams)['set-aside'] !== undefined;
  return <RejoinPage cluster={snapshot.name} server={plainPart(server)} setAside={setAside} />;
}
