import { newUser } from '../../server/contract/access.ts';

export interface NewUserProblems {
  username: string | null;
  password: string | null;
}

/** What is wrong with a name and a password before they are sent, by the contract's own rules. */
export function newUserProblems(
  typed: { username: string; password: string },
  taken: readonly string[],
): NewUserProblems {
  return { username: nameProblem(typed.username, taken), password: passwordProblem(typed.password) };
}

function nameProblem(username: string, taken: readonly string[]): string | null {
  if (username === '') return 'A name is missing.';
  if (taken.includes(username)) return `There is a user ${username} already.`;
  if (newUser.shape.username.safeParse(username).success) return null;
  return '1 to 64 letters, digits and . _ @ -, beginning with a letter or a digit.';
}

function passwordProblem(password: string): string | null {
  if (newUser.shape.password.safeParse(password).success) return null;
  return password.length < 10 ? 'At least 10 characters.' : 'At most 1000 characters.';
}
