import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { cache } from 'react';
import { ReviewPage } from '../../../../../../components/takeover/review-page.tsx';
import { takeoverWords } from '../../../../../../components/takeover/wording.ts';
import { clusterSnapshot } from '../../../../../../server/contract/snapshot.ts';
import { takeoverKind } from '../../../../../../server/contract/takeover.ts';
import { pathPart, plainPart, readPage } from '../../../../../engine.ts';

type Props = {
  params: Promise<{ cluster: string; server: string }>;
  searchParams: Promise<{ kind?: string | string[] }>;
};

/** Asked once for the title and the page. */
const find = cache((cluster: string) => readPage(`/clusters/${pathPart(cluster)}`, clusterSnapshot));

/** Named after the kind of takeover that the page opens with. */
export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { cluster, server } = await params;
  const snapshot = await find(cluster);
  const name = plainPart(server);
  const asked = takeoverKind.safeParse((await searchParams).kind);
  const offered = snapshot.servers.find((one) => one.name === name)?.promotable.kind;
  const kind = asked.success ? asked.data : (offered ?? 'switchover');
  return { title: `${takeoverWords[kind].title(name)} in ${snapshot.name}` };
}

export default async function Page({ params, searchParams }: Props) {
  const { cluster, server } = await params;
  const snapshot = await find(cluster);
  if (snapshot.servers.every((one) => one.name !== plainPart(server))) notFound();
  const kind = takeoverKind.safeParse((await searchParams).kind);
  return <ReviewPage cluster={snapshot.name} server={plainPart(server)} kind={kind.success ? kind.data : null} />;
}
