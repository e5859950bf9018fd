export interface RoleOf {
  server: string;
  role: string;
  follows: string | null;
}

export interface RoleRow extends RoleOf {
  depth: number;
  /** The last one below its parent: where the line ends. */
  last: boolean;
}

/** Who follows whom as rows of a tree, each server once; first the primary, last who is out of the cluster. */
export function roleTree(roles: readonly RoleOf[]): RoleRow[] {
  const rows: RoleRow[] = [];
  const visit = (one: RoleOf, depth: number, last: boolean): void => {
    if (rows.some((row) => row.server === one.server)) return;
    rows.push({ ...one, depth, last });
    const below = roles.filter((other) => other.follows === one.server);
    below.forEach((other, place) => visit(other, depth + 1, place === below.length - 1));
  };
  const isRoot = (one: RoleOf): boolean => roles.every((other) => other.server !== one.follows);
  const roots = roles.filter(isRoot).toSorted((one, other) => rank(one.role) - rank(other.role));
  for (const one of [...roots, ...roles]) visit(one, 0, true);
  return rows;
}

const rank = (role: string): number => (role === 'primary' ? 0 : role === 'unknown' ? 2 : 1);
