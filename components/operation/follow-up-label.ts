import type { FollowUp } from '../../server/contract/operation.ts';

const verbs: Record<string, string> = {
  rejoin: 'Rejoin',
  backups: 'Back up',
  maintenance: 'Set aside',
  verify: 'Verify',
  resume: 'Resume',
};

/** What the button of a follow-up says: the verb and the thing, from where it goes; null where no request does it. */
export function followUpLabel({ method, path }: Pick<FollowUp, 'method' | 'path'>): string | null {
  if (method === null || path === null) return null;
  if (method === 'GET') return 'Download';
  const parts = (path.split('?')[0] ?? '').split('/').filter(Boolean);
  const verb = verbs[parts.at(-1) ?? ''];
  if (verb === undefined) return 'Do it';
  const server = parts.at(parts.indexOf('servers') + 1);
  return parts.includes('servers') && server !== undefined ? `${verb} ${server}` : verb;
}

/** The path below /api/v1; null for what is none of this console's addresses. */
export function followUpPath(path: string): string | null {
  const below = path.startsWith('/api/v1/') ? path.slice('/api/v1'.length) : path;
  return /^\/(clusters|operations)\//.test(below) && !below.includes('..') ? below : null;
}
