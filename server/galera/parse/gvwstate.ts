import type { Gvwstate } from '../../contract/galera-evidence.ts';
import { historyId } from '../../contract/galera-status.ts';
import { shown } from './grastate.ts';

/** Reads the text of `gvwstate.dat`: the last Primary view that the node was in. */
export function parseGvwstate(raw: string): Gvwstate {
  const invalid = (reason: string): Gvwstate => ({ kind: 'invalid', raw, reason });
  if (raw.trim() === '') return invalid('it is empty');
  const ownId = /^my_uuid: (\S+)$/m.exec(raw)?.[1] ?? '';
  if (!historyId.safeParse(ownId).success) return invalid(`its my_uuid is none: ${shown(ownId)}`);
  if (!/^#vwbeg$/m.test(raw) || !/^#vwend$/m.test(raw)) return invalid('its view is cut off');
  const view = /^view_id: \d+ [0-9a-f-]{36} (\d{1,19})$/m.exec(raw)?.[1];
  if (view === undefined) return invalid('it does not say its view_id');
  const members = [...raw.matchAll(/^member: (\S+) \d+$/gm)].map((match) => match[1] ?? '');
  const stranger = members.find((member) => !historyId.safeParse(member).success);
  if (stranger !== undefined) return invalid(`a member of it is none: ${shown(stranger)}`);
  if (members.length === 0) return invalid('its view has no members');
  return { kind: 'read', raw, ownId, view, members };
}
