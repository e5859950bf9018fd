import Link from 'next/link';
import { firstCopyOf } from '../../server/contract/first-copy.ts';
import type { CatalogueView } from '../dumps/use-catalogue.ts';
import { methodWords } from '../dumps/dump-words.ts';
import { bytes } from '../format/number.ts';
import { Mark } from '../ui/mark.tsx';
import { dumpsPath } from '../ui/paths.ts';
import { Ago } from '../ui/time.tsx';

/** With which backup it begins, by the rule that the console and the replica choose by. */
export function FirstCopy({ cluster, source, view }: { cluster: string; source: string; view: CatalogueView }) {
  const copy = firstCopyOf(view.catalogue, source);
  const last = copy.at(-1);
  if (last) {
    return (
      <p className="mt-4 flex items-baseline gap-2 text-soft">
        <Mark level="normal" className="translate-y-px" />
        <span>
          It begins with the backup of {last.server} taken <Ago at={last.endedAt} />:{' '}
          {bytes(copy.reduce((sum, one) => sum + one.bytes, 0))}, {methodWords[last.method].text}
          {copy.length > 1 && `, with the ${copy.length - 1} that it builds on`}.
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
