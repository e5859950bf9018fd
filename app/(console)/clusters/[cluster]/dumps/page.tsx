import type { Metadata } from 'next';
import { DumpsPage } from '../../../../../components/dumps/dumps-page.tsx';
import { dumpCatalogue } from '../../../../../server/contract/dumps.ts';
import { pathPart, plainPart, readPage } from '../../../../engine.ts';

type Props = { params: Promise<{ cluster: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Dumps of ${plainPart((await params).cluster)}` };
}

export default async function Page({ params }: Props) {
  const { cluster } = await params;
  const catalogue = await readPage(`/clusters/${pathPart(cluster)}/dumps?detail=1`, dumpCatalogue);
  return <DumpsPage key={cluster} cluster={plainPart(cluster)} first={catalogue} />;
}
