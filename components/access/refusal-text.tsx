import type { Refusal } from '../../server/contract/client.ts';

/** Why it was not done, beside what was pressed; and that nobody knows, where there was no answer. */
export function RefusalText({ refusal, className = '' }: { refusal: Refusal | null; className?: string }) {
  return (
    <p role="alert" className={`text-sm text-serious empty:hidden ${className}`}>
      {refusal !== null &&
        (refusal.kind === 'refused'
          ? `${refusal.message} ${refusal.next}`
          : 'The console did not answer: nobody knows whether it was done. Load the page again to see.')}
    </p>
  );
}
