import type { Actor } from '../../access/actor.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import type { EngineParts } from './parts.ts';

/** Who does what to what, as the audit has it. */
export interface Deed {
  readonly actor: Actor;
  readonly action: string;
  readonly cluster: string;
  readonly object: string;
}

/** The results that are written. */
export interface DeedWords {
  /** Before it is begun. */
  readonly asked?: string;
  /** When it has ended well; absent: what was begun tells of its end itself. */
  readonly done?: string;
  /** Before the reason why it did not. */
  readonly failed?: 'refused' | 'failed';
  /** The first entry is written at the latest with what the deed writes first: where an application waits for it. */
  readonly soon?: true;
}

/**
 * `act` is given what throws once the first entry could not be written: of one that is `soon` it asks that right before its
 * own first write, which then has the entry along.
 */
export type Audited = <T>(deed: Deed, act: (mustBeRecorded: () => void) => Promise<T>, words?: DeedWords) => Promise<T>;

/**
 * Has a deed in the audit before it is begun, so that nothing is done that nobody can see, and how it ended behind that.
 * Rejects as `act` does, or as the store where that can't take the first entry: then nothing is begun.
 */
export function auditing({ access, logger }: Pick<EngineParts, 'access' | 'logger'>): Audited {
  const told = async (deed: Deed, result: string): Promise<void> => {
    await access.audit.record({ ...deed, result }).catch((error: unknown) => {
      const { actor, ...rest } = deed;
      logger.error({ err: error, ...rest, actor: actor.name, result }, 'the end of a deed is not in the audit');
    });
  };
  return async (deed, act, { asked = 'asked', done, failed = 'refused', soon } = {}) => {
    const entry = { ...deed, result: asked };
    let failure: { readonly error: unknown } | null = null;
    const mustBeRecorded = (): void => {
      if (failure) throw failure.error;
    };
    const recorded = soon
      ? access.audit.recordSoon(entry, (error) => (failure = { error }))
      : access.audit.record(entry);
    if (!soon) await recorded;
    try {
      const [answer] = await Promise.all([act(mustBeRecorded), recorded]);
      if (done !== undefined) await told(deed, done);
      return answer;
    } catch (error) {
      await told(deed, `${failed}: ${messageOf(error)}`);
      throw error;
    }
  };
}

/** Resolves when something may be begun. Rejects with BatonError unavailable once the console is ending. */
export async function whenSettled({ settled, stopping }: Pick<EngineParts, 'settled' | 'stopping'>): Promise<void> {
  await settled;
  if (stopping()) throw new BatonError('unavailable', 'The console is ending.', 'Try again when it is back.');
}
