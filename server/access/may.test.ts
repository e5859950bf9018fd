import { expect, test } from 'vitest';
import { userRole, permission } from '../contract/access.ts';
import { actorOf, commandLineActor, requirePermission } from './actor.ts';
import { may, permissionsOf, whyNot } from './may.ts';

test.each([
  ['viewer', ['view']],
  ['operator', ['view', 'operate', 'download']],
  ['admin', ['view', 'operate', 'download', 'administer']],
] as const)('a %s may exactly %j', (role, permissions) => {
  expect(permissionsOf(role)).toEqual(permissions);
  expect(permission.options.filter((one) => may(role, one))).toEqual(permissions);
});

test('each role may all that the one before it may', () => {
  const [first, ...rest] = userRole.options.map(permissionsOf);
  let before = first ?? [];
  for (const next of rest) {
    expect(next).toEqual(expect.arrayContaining([...before]));
    before = next;
  }
});

test('a refusal says what is missing and who has it', () => {
  expect(whyNot('viewer', 'operate')).toBe('A viewer may not start or stop operations; an operator or an admin may.');
  expect(whyNot('operator', 'administer')).toBe('An operator may not manage users and tokens; an admin may.');
  expect(whyNot('admin', 'administer')).toBeNull();
  expect(() => requirePermission(actorOf('bob', 'viewer', '::1'), 'download')).toThrow(
    expect.objectContaining({ code: 'forbidden', status: 403, details: { permission: 'download' } }),
  );
  requirePermission(commandLineActor('root'), 'administer');
});
