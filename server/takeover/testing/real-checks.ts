import { expect } from 'vitest';
import type { Check, TakeoverKind } from '../../contract/takeover.ts';
import { until } from '../../sandbox/until.ts';
import type { CheckCode } from '../checks/table.ts';
import type { TestBaton } from './baton.ts';

/** For tests of checks against real servers: plans anew until the check fires, and until it fires no more. */
export function checksOf(baton: TestBaton, target = 'db-2') {
  const against = async (code: CheckCode, kind?: TakeoverKind): Promise<Check[]> => {
    const { checks } = await baton.takeovers.plan({ target, kind });
    return checks.filter((check) => check.code === code && check.level !== 'pass');
  };
  return {
    /** Resolves with what it says once it says `names`. */
    fires: async (code: CheckCode, names: RegExp, kind?: TakeoverKind): Promise<Check> => {
      let found: Check | undefined;
      await until(
        async () => {
          found = (await against(code, kind)).find(({ text }) => names.test(text));
          return found !== undefined;
        },
        { what: `${code} fires: ${names}` },
      );
      if (!found) throw new Error(`${code} does not fire`);
      expect(found.fix).not.toBeNull();
      return found;
    },
    /** Resolves with what it still says: nothing, within the time that it is given. */
    passes: async (code: CheckCode, kind?: TakeoverKind): Promise<Check[]> => {
      let left: Check[] = [];
      await until(
        async () => {
          left = await against(code, kind);
          return left.length === 0;
        },
        { what: `${code} passes` },
      );
      return left;
    },
  };
}
