import type { Token, UserRole } from '../../server/contract/access.ts';

/** The roles, least first, with what each may. */
export const roles: readonly { id: UserRole; text: string; may: string }[] = [
  { id: 'viewer', text: 'viewer', may: 'sees everything, changes nothing and downloads no dump' },
  { id: 'operator', text: 'operator', may: 'also promotes, makes dumps and downloads them' },
  { id: 'admin', text: 'admin', may: 'also manages users and tokens' },
];

/** The role of a token: a user's, or the one takeover that it is for. */
export const tokenRoleText = ({ role, takeover }: Pick<Token, 'role' | 'takeover'>): string =>
  takeover === null ? role : `takeover of ${takeover.cluster}/${takeover.server}`;
