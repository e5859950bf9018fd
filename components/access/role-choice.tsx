'use client';

import type { UserRole } from '../../server/contract/access.ts';
import { Choice } from '../ui/choice.tsx';
import { roles } from './role-words.ts';

/** The role of somebody new, with what it may. */
export function RoleChoice({ role, choose }: { role: UserRole; choose: (role: UserRole) => void }) {
  const chosen = roles.find((one) => one.id === role) ?? roles[0];
  if (chosen === undefined) return null;
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="text-sm text-soft">
        Role
      </span>
      <span className="flex min-h-9 items-center">
        <Choice label="Role" options={roles} chosen={chosen} choose={({ id }) => choose(id)} />
      </span>
      <span role="status" className="text-sm text-faint">
        {chosen.may}
      </span>
    </div>
  );
}
