import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ReviewPage } from '../../../../../../components/takeover/review-page.tsx';
import { clusterSnapshot } from '../../../../../../server/contract/snapshot.ts';
import { takeoverKind } from '../../../../../../server/contract/takeover.ts';
import { pathPart, plainPart, readPage } from '../../../../../engine.ts';

type Props = {
  params: Promise<{ cluster: string; server: string }>;
  searchParams: Promise<{ kind?: string | string[] }>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { cluster, server } = await params;
  return { title: `Promote ${plainPart(server)} in ${plainPart(cluster)}` };
}

export default async function Page({ params, searchParams }: Props) {
  const { cluster, server } = await params;
  const snapshot = await readPage(`/clusters/${pathPart(cluster)}`, clusterSnapshot);
  if (snapshot.servers.every((one) => one.name !== plainPart(server))) notFound();
  const kind = takeoverKind.safeParse((await searchParams).kind);
  return <ReviewPage cluster={snapshot.name} server={plainPart(server)} kind={kind.success ? kind.data : null} />;
}
