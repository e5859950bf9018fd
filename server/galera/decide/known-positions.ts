import type { KnownPosition } from '../../contract/galera.ts';
import type { Scene } from './decide.ts';
import { short } from './reading.ts';

/** What the records of earlier times say against beginning at this position, in sentences. */
export function doubtsOfRecords(
  { floor, lastSeen }: Pick<Scene, 'floor' | 'lastSeen'>,
  top: { readonly uuid: string; readonly seqno: bigint; readonly name: string },
): string[] {
  const doubt = (known: KnownPosition, whose: string): string[] => {
    if (known.uuid !== top.uuid)
      return [`${whose} was in the history ${short(known.uuid)} at ${known.at}, ${top.name} is in ${short(top.uuid)}`];
    if (BigInt(known.seqno) <= top.seqno) return [];
    return [`${whose} stood at ${known.seqno} at ${known.at}, ${top.name} stands at ${top.seqno}`];
  };
  return [
    ...(floor === null ? [] : doubt(floor, 'the cluster, after its last recovery or stop,')),
    ...[...lastSeen].flatMap(([name, known]) => doubt(known, name)),
  ];
}
