import type { Difference } from '../contract/takeover.ts';
import { domainsOf } from '../mariadb/gtid.ts';
import type { Situation } from './classify.ts';
import { hooksFor } from './hooks/task-hook.ts';
import type { PlanInput } from './plan-input.ts';

/** What a plan rests on, by name: when one of these differs at the confirmation, the plan is outdated. */
export type FingerprintParts = Readonly<Record<string, string>>;

/** Roles, who follows whom, ids, versions, domains and read_only of every server. Positions move all the time and are not in it. */
export function fingerprintParts(input: PlanInput, situation: Situation): FingerprintParts {
  const parts: Record<string, string> = {
    kind: situation.kind,
    primary: input.snapshot.primary ?? 'none',
    hooks:
      hooksFor(input.hooks, situation.kind)
        .map(({ place, name, command }) => `${place} ${name} ${JSON.stringify(command)}`)
        .join(', ') || 'none',
  };
  for (const { name, snapshot, facts, observation } of input.servers) {
    parts[`role of ${name}`] = snapshot.role;
    parts[`state of ${name}`] = observation?.kind === 'up' ? 'up' : 'unreachable';
    parts[`source of ${name}`] = snapshot.replication.map(({ source }) => source).join(', ') || 'none';
    parts[`server_id of ${name}`] = String(facts?.serverId ?? 'unknown');
    parts[`version of ${name}`] = facts?.version.text ?? 'unknown';
    parts[`read_only of ${name}`] = String(facts?.readOnly ?? 'unknown');
    parts[`GTID domains of ${name}`] = domainsOf(facts?.currentPos ?? []).join(', ');
  }
  return parts;
}

/** One line for all of it; two plans with the same line rest on the same facts. */
export function fingerprintText(parts: FingerprintParts): string {
  return Object.entries(parts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** What has changed from one look to the next. */
export function differences(was: FingerprintParts, now: FingerprintParts): Difference[] {
  const names = new Set([...Object.keys(was), ...Object.keys(now)]);
  return [...names].toSorted().flatMap((what) => {
    const [before, after] = [was[what] ?? 'unknown', now[what] ?? 'unknown'];
    return before === after ? [] : [{ what, was: before, now: after }];
  });
}
