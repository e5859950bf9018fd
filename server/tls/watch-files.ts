import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Four looks at four names cost nothing, and find what no notification tells: links, mounted secrets, network disks. */
export const lookEveryMs = 500;

/**
 * Calls `changed` whenever one of the files has become another one, rewritten in place or put in its place, and has rested
 * for one look: a renewal writes certificate and key one after the other. Answers the end; `changed` must not reject.
 */
export function watchFiles(
  files: readonly string[],
  changed: () => Promise<void>,
  everyMs = lookEveryMs,
): { stop(): void } {
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    let known = await signatureOf(files);
    let last = known;
    for (;;) {
      await pause(everyMs, undefined, { ref: false, signal: ending.signal });
      const now = await signatureOf(files);
      if (now === last && now !== known) {
        known = now;
        await changed();
      }
      last = now;
    }
  };
  // It ends only by being stopped: a look does not reject.
  watch().catch(() => undefined);
  return { stop: () => ending.abort() };
}

/** What tells one state of the files from another; a link is followed. */
export async function signatureOf(files: readonly string[]): Promise<string> {
  const looks = files.map(async (file) => {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
      return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    } catch {
      return 'absent';
    }
  });
  return (await Promise.all(looks)).join('\n');
}
