import type { FollowUp } from '../../server/contract/operation.ts';
import { setAsidePath } from '../ui/paths.ts';

const verbs: Record<string, string> = {
  rejoin: 'Rejoin',
  backups: 'Back up',
  maintenance: 'Set aside',
  verify: 'Verify',
  resume: 'Resume',
  enable: 'Enable',
  disable: 'Disable',
  run: 'Run',
  start: 'Start',
};

/** What the button of a follow-up says: the verb and the thing, from where it goes; null where no request does it. */
export function followUpLabel({
  method,
  path,
  body,
}: Pick<FollowUp, 'method' | 'path'> & { body?: unknown }): string | null {
  if (method === null || path === null) return null;
  if (method === 'GET') return 'Download';
  if (setsAside(body)) return 'Review…';
  const parts = (path.split('?')[0] ?? '').split('/').filter(Boolean);
  if (parts.at(-1) === 'keep-read-only') return 'Write it again';
  const verb = verbs[parts.at(-1) ?? ''];
  // …/services/NAME/run, …/hooks/NAME/run: the thing stands before the verb.
  const [kind, thing] = parts.slice(-3);
  if (verb !== undefined && (kind === 'services' || kind === 'hooks' || kind === 'nodes')) {
    return kind === 'hooks' ? `${verb} ${thing} again` : `${verb} ${thing}`;
  }
  if (verb === undefined) return 'Do it';
  const server = parts.at(parts.indexOf('servers') + 1);
  return parts.includes('servers') && server !== undefined ? `${verb} ${server}` : verb;
}

/** The path below /api/v1; null for what is none of this console's addresses. */
export function followUpPath(path: string): string | null {
  const below = path.startsWith('/api/v1/') ? path.slice('/api/v1'.length) : path;
  return /^\/(clusters|operations)\//.test(below) && !below.includes('..') ? below : null;
}

/** The page on which a name has to be typed for what the follow-up asks; null where its button does it. */
export function reviewOf({ path, body }: Pick<FollowUp, 'path' | 'body'>): string | null {
  const [, cluster, server] = /\/clusters\/([^/]+)\/servers\/([^/]+)\/rejoin$/.exec(path ?? '') ?? [];
  if (cluster === undefined || server === undefined || !setsAside(body)) return null;
  return setAsidePath(decodeURIComponent(cluster), decodeURIComponent(server));
}

const setsAside = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'setAside' in body && body.setAside === true;
