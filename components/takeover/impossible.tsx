import { Mark } from '../ui/mark.tsx';
import { Ago } from '../ui/time.tsx';

/** A plan that no one can carry out has no cost to weigh: what stands in its way is the first thing said. */
export function Impossible({ why, observedAt }: { why: string; observedAt: string }) {
  return (
    <p className="mt-2 flex flex-wrap justify-between gap-x-8">
      <span className="flex min-w-0 items-baseline gap-2">
        <Mark level="serious" className="translate-y-px" />
        <span>
          <span className="font-medium">Not possible now.</span> <span className="text-soft">{why}</span>
        </span>
      </span>
      <span className="text-sm text-faint">
        as of <Ago at={observedAt} />
      </span>
    </p>
  );
}
