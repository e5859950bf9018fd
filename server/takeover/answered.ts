import { BatonError } from '../contract/errors.ts';

/** An agent that is there answers in milliseconds; a host that is cut off must not keep a takeover for longer. */
const ANSWER_MS = 2_000;

/** What an agent answers. Rejects as it does, and with BatonError('unavailable') after 2 s: then what was asked may have been done. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const patience = setTimeout(
      () => reject(new BatonError('unavailable', `no answer within ${ANSWER_MS / 1000} s`, 'Look at the agent.')),
      ANSWER_MS,
    );
    answer.then(resolve, reject).finally(() => clearTimeout(patience));
  });
}
