import type { Metadata } from 'next';
import { cache } from 'react';
import { OperationPage } from '../../../../components/operation/operation-page.tsx';
import { operation } from '../../../../server/contract/operation.ts';
import { pathPart, readPage } from '../../../engine.ts';

type Props = { params: Promise<{ id: string }> };

/** Asked once for the title and the page. */
const find = cache((id: string) => readPage(`/operations/${pathPart(id)}`, operation));

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await find((await params).id)).title };
}

export default async function Page({ params }: Props) {
  const found = await find((await params).id);
  return <OperationPage key={found.id} first={found} />;
}
