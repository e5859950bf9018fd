'use client';

import { extraTransactionsAddress } from '../../server/contract/client.ts';
import type { ExtraTransactions } from '../../server/contract/rejoin.ts';
import { counted } from '../format/number.ts';
import { useWhyNot } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';

/** What only this server has, span by span, with the export of its SQL. Nothing where there is nothing. */
export function OwnTransactions({ cluster, extra }: { cluster: string; extra: ExtraTransactions | null }) {
  const whyNot = useWhyNot('download');
  if (extra === null || extra.count === 0) return null;
  return (
    <section aria-labelledby="own-heading" className="mt-8 max-w-3xl">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
        <h2 id="own-heading">
          {counted(extra.count, 'transaction')} that only {extra.server} has
        </h2>
        {whyNot === null ? (
          <a href={extraTransactionsAddress(cluster, extra.server)} download className="btn btn-small">
            <Icon name="download" /> Export as SQL
          </a>
        ) : (
          <span className="text-sm text-soft">{whyNot}</span>
        )}
      </div>
      <ul className="mt-2">
        {extra.ranges.map((range) => (
          <li key={range.from} className="flex justify-between gap-6 border-t border-line py-1.5">
            <span className="mono break-all">
              {range.from === range.to ? range.from : `${range.from} … ${range.to}`}
            </span>
            <span className="tabular-nums text-soft">{range.count}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
