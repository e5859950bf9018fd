import type { TakeoverKind } from '../../server/contract/takeover.ts';
import { Icon } from '../ui/icon.tsx';
import { Mark } from '../ui/mark.tsx';

/** What tells the kinds apart at a glance: a failover has the critical mark in every place, the others their drawing. */
export function TakeoverMark({ kind, className = '' }: { kind: TakeoverKind; className?: string }) {
  if (kind === 'failover') return <Mark level="critical" className={className} />;
  return <Icon name={kind} className={className} />;
}
