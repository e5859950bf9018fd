/** What is known of a round once it is over. */
export interface CrashFacts {
  /** Where each node stood when it was killed, read from a copy of its data, by nobody whom it helps. */
  readonly positions: Readonly<Record<string, { readonly uuid: string; readonly seqno: string }>>;
  /** Whom the cluster was begun with. */
  readonly chosen: string;
  /** What it says itself of how it went; [] where that is nothing bad. */
  readonly complaints: readonly string[];
  /** Of all rounds so far. */
  readonly acknowledged: readonly string[];
  readonly nodes: readonly {
    readonly name: string;
    readonly status: Readonly<Record<string, string>>;
    readonly uids: ReadonlySet<string>;
    readonly checksums: string;
  }[];
}

/** What must hold and does not, in sentences; [] is the promise. */
export function judgeCrash(facts: CrashFacts): string[] {
  return [...facts.complaints, ...choice(facts), ...rows(facts), ...states(facts)];
}

function choice({ positions, chosen }: CrashFacts): string[] {
  const own = positions[chosen];
  if (!own) return [`it was begun with "${chosen}", which is no node`];
  const ahead = Object.entries(positions).filter(([, { seqno }]) => BigInt(seqno) > BigInt(own.seqno));
  const others = Object.entries(positions).filter(([, { uuid }]) => uuid !== own.uuid);
  return [
    ...ahead.map(([name, { seqno }]) => `${chosen} was chosen, at ${own.seqno}, and ${name} has ${seqno}`),
    ...others.map(([name]) => `${name} and ${chosen} are of different histories`),
  ];
}

function rows({ acknowledged, nodes }: CrashFacts): string[] {
  const lost = nodes.flatMap(({ name, uids }) => {
    const missing = acknowledged.filter((uid) => !uids.has(uid));
    return missing.length === 0 ? [] : [`${name} lacks ${missing.length} acknowledged rows: ${missing[0]} …`];
  });
  const differ = new Set(nodes.map(({ checksums }) => checksums)).size > 1;
  return differ ? [...lost, 'the checksums of the nodes differ'] : lost;
}

function states({ positions, chosen, nodes }: CrashFacts): string[] {
  return nodes.flatMap(({ name, status }) => {
    const state = [status['cluster_status'], status['local_state_comment'], status['cluster_size']].join(' ');
    const wanted = `Primary Synced ${nodes.length}`;
    const uuid = status['cluster_state_uuid'];
    return [
      ...(state === wanted ? [] : [`${name} is ${state}, and not ${wanted}`]),
      ...(uuid === positions[chosen]?.uuid ? [] : [`${name} is in the history ${uuid}`]),
    ];
  });
}
