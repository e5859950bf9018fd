import { rm } from 'node:fs/promises';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { replaceFile } from '../../files/durable-file.ts';
import { complain } from '../../setup/progress.mjs';
import type { ConsoleApi } from '../console-api/api.ts';
import { demoJson, type DemoFacts } from './demo-file.ts';
import { clusterName, type Layout } from './layout.ts';

/** Roles change with a takeover and processes with a restart; who reads the file wants the ones of now. */
const everyMs = 1000;

/** Keeps demo.json true: written at the start, and again whenever a role or a process has changed; removed at the end. */
export interface KeptDemoFile {
  start(first: ClusterSnapshot): Promise<void>;
  stop(): Promise<void>;
}

/** `facts` completes a snapshot to what demo.json tells. A file that can't be written is complained of, and tried again. */
export function keepDemoFile(
  paths: Layout,
  api: ConsoleApi,
  facts: (snapshot: ClusterSnapshot) => DemoFacts,
): KeptDemoFile {
  let written = '';
  let latest: ClusterSnapshot | null = null;
  let timer: NodeJS.Timeout | null = null;
  let busy: Promise<void> = Promise.resolve();
  const write = async (snapshot: ClusterSnapshot): Promise<void> => {
    latest = snapshot;
    const text = demoJson(paths, facts(snapshot));
    if (text === written) return;
    await replaceFile(paths.demoFile, text);
    written = text;
  };
  const look = async (): Promise<void> => {
    // While the console is away the roles stay as last seen, and the processes are told all the same.
    const seen = await api.cluster(clusterName).catch(() => latest);
    if (seen !== null) await write(seen);
  };
  const again = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      complain(`${paths.demoFile} can't be written: ${String(error)}`);
    }
    if (timer !== null) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      busy = again();
    }, everyMs);
  };
  return {
    async start(first) {
      await write(first);
      schedule();
    },
    async stop() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await busy;
      await rm(paths.demoFile, { force: true });
    },
  };
}
