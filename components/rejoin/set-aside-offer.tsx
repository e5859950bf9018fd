'use client';

import Link from 'next/link';
import type { RejoinPlan } from '../../server/contract/rejoin.ts';
import { counted } from '../format/number.ts';
import { rejoinPath, setAsidePath } from '../ui/paths.ts';
import { offersCopy } from './rejoin-words.ts';

/** The way on where a plain rejoin is refused: to the review of one by a copy. And back from there. */
export function SetAsideOffer({ plan }: { plan: RejoinPlan }) {
  const { cluster, server, primary } = plan;
  const count = plan.extraTransactions?.count ?? 0;
  if (plan.setAside) {
    return count > 0 ? null : (
      <p className="mt-6 text-sm">
        <Link href={rejoinPath(cluster, server)} prefetch={false} className="link">
          Rejoin {server} with the data that it has
        </Link>
      </p>
    );
  }
  if (!offersCopy(plan)) return null;
  return (
    <section aria-labelledby="copy-heading" className="mt-8 max-w-3xl border-t border-line pt-5">
      <h2 id="copy-heading">
        {server} can get a copy of {primary}
      </h2>
      <p className="mt-1 text-soft">
        {count > 0 ? 'What only it has is kept as SQL, and its' : 'Its'} former data stay on its host under another
        name. Nothing is deleted.
      </p>
      <Link
        href={setAsidePath(cluster, server)}
        prefetch={false}
        className="btn btn-accent mt-3 max-w-full break-words"
      >
        {count > 0
          ? `Set its ${counted(count, 'transaction')} aside and rejoin…`
          : `Rejoin ${server} by a copy of ${primary}…`}
      </Link>
    </section>
  );
}
