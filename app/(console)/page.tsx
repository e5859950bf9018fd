import { z } from 'zod';
import { FrontPage } from '../../components/status/front-page.tsx';
import { operation } from '../../server/contract/operation.ts';
import { readPage } from '../engine.ts';

export default async function Page() {
  const [last] = await readPage('/operations?limit=1', z.array(operation));
  return (
    <>
      <h1 className="sr-only">Clusters</h1>
      <FrontPage lastOperation={last ?? null} />
    </>
  );
}
