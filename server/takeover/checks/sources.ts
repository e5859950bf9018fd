import { movingSources, outside, sourceText } from '../moving-sources.ts';
import { bad, well, type CheckOf } from './finding.ts';

/** The old primary's sources outside of the cluster: each moves to the new primary, or the takeover would leave it behind. */
export const multiSource: CheckOf = (input, situation) => {
  const { target, oldPrimary } = situation;
  if (!oldPrimary) return [];
  return movingSources(input, situation).map(({ text, obstacle, fix }) =>
    obstacle === null
      ? well('multi-source', oldPrimary.name, `The source ${text} moves from ${oldPrimary.name} to ${target.name}`)
      : bad(
          'multi-source',
          oldPrimary.name,
          `${oldPrimary.name} replicates from ${text}, which can't move to ${target.name}: ${obstacle}`,
          `${fix} Or accept that it is stopped and left behind.`,
        ),
  );
};

/** Only the connection to the old primary is dropped. */
export const sourcesStay: CheckOf = (input, { target, connection }) => {
  const stay = outside(
    (target.facts?.replication ?? []).filter((one) => one.connection !== connection?.connection),
    input.servers,
  );
  return stay.map((one) =>
    bad(
      'sources-stay',
      target.name,
      `${target.name} goes on replicating from its other source ${sourceText(one)}`,
      'Nothing, if that is meant; else stop that connection first.',
    ),
  );
};
