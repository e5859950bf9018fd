import { vi } from 'vitest';
import type { Check, TakeoverKind } from '../../contract/takeover.ts';
import type { CheckCode } from '../checks/table.ts';
import type { TestBaton } from './baton.ts';

/** InnoDB answers what its lock tables held before while it is asked more often than each 100 ms. */
const patience = { timeout: 30_000, interval: 150 };

/** For tests of checks against real servers: plans anew until the check fires, and until it fires no more. */
export function checksOf(baton: TestBaton, target = 'db-2') {
  const against = async (code: CheckCode, kind?: TakeoverKind): Promise<Check[]> => {
    const { checks } = await baton.takeovers.plan({ target, kind });
    return checks.filter((check) => check.code === code && check.level !== 'pass');
  };
  return {
    /** Resolves with what it says once it says `names`. */
    fires: async (code: CheckCode, names: RegExp, kind?: TakeoverKind): Promise<Check> =>
      await vi.waitFor(async () => {
        const told = await against(code, kind);
        const found = told.find(({ text }) => names.test(text));
        if (!found) throw new Error(`${code} does not say ${names}, but ${JSON.stringify(told)}`);
        return found;
      }, patience),
    /** Resolves with what it still says: nothing, within the time that it is given. */
    passes: async (code: CheckCode, kind?: TakeoverKind): Promise<Check[]> =>
      await vi.waitFor(async () => {
        const told = await against(code, kind);
        if (told.length > 0) throw new Error(`${code} still says ${JSON.stringify(told)}`);
        return told;
      }, patience),
  };
}
