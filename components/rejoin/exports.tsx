'use client';

import { useEffect, useState } from 'react';
import { exportAddress, getExports } from '../../server/contract/client.ts';
import type { TransactionsExport } from '../../server/contract/reseed.ts';
import { counted } from '../format/number.ts';
import { useWhyNot } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';
import { Ago } from '../ui/time.tsx';

/** What was kept each time the server's own transactions were set aside. Nothing where nothing was. */
export function Exports({ cluster, server }: { cluster: string; server: string }) {
  const whyNot = useWhyNot('download');
  const [exports, setExports] = useState<readonly TransactionsExport[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      const answer = await getExports(cluster, server, stop.signal);
      if (!stop.signal.aborted && answer.kind === 'ok') setExports(answer.value);
    };
    void ask();
    return () => stop.abort();
  }, [cluster, server]);
  if (exports.length === 0) return null;
  return (
    <section aria-labelledby="exports-heading" className="mt-8 max-w-3xl">
      <h2 id="exports-heading">Kept of {server}</h2>
      <ul className="mt-2">
        {exports.map((one) => (
          <li
            key={one.name}
            className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-t border-line py-2"
          >
            <span className="min-w-0">
              {counted(one.count, 'transaction')}, <Ago at={one.at} />
              <span className="mono block text-sm break-all text-soft">
                {one.name} · SHA-256 {one.sha256.slice(0, 12)}…
              </span>
            </span>
            {whyNot === null ? (
              <a href={exportAddress(cluster, server, one.name)} download className="btn btn-small">
                <Icon name="download" /> Download
              </a>
            ) : (
              <span className="text-sm text-soft">{whyNot}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
