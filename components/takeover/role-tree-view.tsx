import { clsx } from 'clsx';
import type { TakeoverPlan } from '../../server/contract/takeover.ts';
import { Mark } from '../ui/mark.tsx';
import { roleTree, type RoleRow } from './role-tree.ts';

/** Who follows whom before or after, as a tree; what the takeover changes stands out. */
export function RoleTree({
  title,
  plan,
  side,
  gone,
}: {
  title: string;
  plan: TakeoverPlan;
  side: 'before' | 'after';
  /** Servers that could not be reached when the plan was made. */
  gone: ReadonlySet<string>;
}) {
  const rows = roleTree(plan.roles.map((one) => ({ server: one.server, ...one[side] })));
  const changes = new Set(
    plan.roles
      .filter(({ before, after }) => before.role !== after.role || before.follows !== after.follows)
      .map((one) => one.server),
  );
  return (
    <section aria-label={`${title} the takeover`}>
      <h2 className="mb-2 text-sm font-medium text-faint">{title}</h2>
      <ul>
        {rows.map((row) => (
          <li key={row.server} className="flex items-stretch">
            <Branch row={row} />
            <span
              className={clsx(
                'flex flex-wrap items-baseline gap-x-2 py-1',
                side === 'after' && !changes.has(row.server) && 'text-soft',
              )}
            >
              <Mark level={gone.has(row.server) || !known(row.role) ? 'off' : 'normal'} className="translate-y-px" />
              <span className={clsx(side === 'after' && changes.has(row.server) && 'font-semibold')}>{row.server}</span>
              <span className="text-soft">
                {row.role}
                {gone.has(row.server) && row.role !== 'unknown' && ', no answer'}
              </span>
              {row.follows !== null && <span className="sr-only">, follows {row.follows}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const known = (role: string): boolean => ['primary', 'replica', 'standalone'].includes(role);

function Branch({ row }: { row: RoleRow }) {
  if (row.depth === 0) return null;
  return (
    <>
      {Array.from({ length: row.depth - 1 }, (_, place) => (
        <span key={String(place)} className="w-5 flex-none" />
      ))}
      <span aria-hidden="true" className="relative w-5 flex-none">
        <span className={clsx('absolute left-1.5 top-0 border-l border-control', row.last ? 'h-4' : 'h-full')} />
        <span className="absolute left-1.5 top-4 w-2.5 border-t border-control" />
      </span>
    </>
  );
}
