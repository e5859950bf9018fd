import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../../setup/setup-error.mjs';
import { sandboxFile } from '../sandbox/control-protocol.ts';
import type { Layout } from './layout.ts';

/** Makes the demo's folder, or takes an earlier demo's. Rejects with SetupError for a folder that is in use or is not a demo's. */
export async function takeFolder(paths: Layout, fresh: boolean): Promise<void> {
  const { dir, marker } = paths;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const entries = await readdir(dir);
  if (entries.length > 0 && !entries.includes('.baton-demo')) {
    throw new SetupError(`${dir} holds something else than a demo: name another folder with --dir.`, 2);
  }
  const pid = await runningDemo(dir);
  if (pid !== null)
    throw new SetupError(`A demo runs in ${dir} already, process ${pid}. Stop it, or name another --dir.`, 2);
  if (fresh) {
    // The marker goes last: what an interrupted removal leaves is still known as a demo's.
    for (const entry of entries.filter((name) => name !== '.baton-demo')) {
      await rm(join(dir, entry), { recursive: true, force: true });
    }
  }
  // Who waits for the file of this run must not find the former one's.
  await rm(paths.demoFile, { force: true });
  await writeFile(marker, 'This folder belongs to a Baton demo: "npm run demo -- --fresh" removes what is in it.\n');
  for (const folder of paths.folders) await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** The process of a demo that lives in the folder; null where none does. */
async function runningDemo(dir: string): Promise<number | null> {
  try {
    const { pid } = sandboxFile.parse(JSON.parse(await readFile(join(dir, 'sandbox.json'), 'utf8')));
    // A file that a killed demo left may name a process of somebody else by now.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes('demo/main.ts') ? pid : null;
  } catch {
    return null;
  }
}
