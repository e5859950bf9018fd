import Link from 'next/link';
import { isWholeByItself } from '../../server/contract/dump-proof.ts';
import type { CatalogueView } from '../dumps/use-catalogue.ts';
import { methodWords } from '../dumps/dump-words.ts';
import { bytes } from '../format/number.ts';
import { Mark } from '../ui/mark.tsx';
import { dumpsPath } from '../ui/paths.ts';
import { Ago } from '../ui/time.tsx';

/** With which backup it begins: the source's own, else the newest of another server. */
export function FirstCopy({ cluster, source, view }: { cluster: string; source: string; view: CatalogueView }) {
  const whole = view.catalogue.dumps.filter((dump) => isWholeByItself(dump) && dump.gtid !== '');
  const newest = whole.find((dump) => dump.server === source) ?? whole[0];
  if (newest) {
    return (
      <p className="mt-4 flex items-baseline gap-2 text-soft">
        <Mark level="normal" className="translate-y-px" />
        <span>
          It begins with the newest backup of {newest.server}, taken <Ago at={newest.endedAt} />: {bytes(newest.bytes)},{' '}
          {methodWords[newest.method].text}.
        </span>
      </p>
    );
  }
  return (
    <p className="mt-4 flex items-baseline gap-2">
      <Mark level="caution" className="translate-y-px" />
      <span>
        There is no backup to begin with: it would need all that its primary ever logged.{' '}
        <Link href={`${dumpsPath(cluster)}#making`} prefetch={false} className="link">
          Make a dump first
        </Link>
      </span>
    </p>
  );
}
