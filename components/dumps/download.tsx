import { clsx } from 'clsx';
import { dumpAddress } from '../../server/contract/client.ts';
import type { Dump } from '../../server/contract/dumps.ts';
import { Icon } from '../ui/icon.tsx';

/** Downloads a dump; shut, with the reason, for who may not and while its agent is silent. `whyId`: where the first is told. */
export function Download({
  cluster,
  dump,
  newest,
  whyId,
  silent,
}: {
  cluster: string;
  dump: Dump;
  newest: boolean;
  whyId: string | null;
  silent: boolean;
}) {
  const words = (
    <>
      <Icon name="download" /> Download
      <span className="sr-only"> {dump.name}</span>
    </>
  );
  if (whyId === null && !silent) {
    return (
      <a
        href={dumpAddress(cluster, dump)}
        download
        title={dump.name}
        className={clsx('btn btn-small whitespace-nowrap max-md:min-h-10', newest && 'btn-accent')}
      >
        {words}
      </a>
    );
  }
  return (
    <span className="md:block">
      <button type="button" className="btn btn-small whitespace-nowrap" disabled aria-describedby={whyId ?? undefined}>
        {words}
      </button>
      {whyId === null && (
        <span className="mt-1 block text-sm text-faint md:ml-auto md:w-28">no answer from its agent</span>
      )}
    </span>
  );
}
