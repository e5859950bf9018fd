import { setTimeout as delay } from 'node:timers/promises';
import type { ServerControl } from '../server-control.ts';
import { callSupervisord } from './xml-rpc.ts';

const PAUSE_MS = 200;
/** supervisor.getProcessInfo, statename (supervisord manual, "Process States"). */
const UP = ['RUNNING', 'STARTING'];
const DOWN = ['STOPPED', 'EXITED', 'FATAL', 'BACKOFF', 'UNKNOWN'];

/** By supervisord, through its XML-RPC on a unix socket: unprivileged where the socket is the agent's to write. */
export function supervisordSwitch(
  { url, program }: { readonly url: string; readonly program: string },
  timeoutMs: number,
): ServerControl {
  const socketPath = url.replace(/^unix:\/\//, '');
  const call = async (method: string, ...parameters: (string | boolean)[]): Promise<string> =>
    await callSupervisord(socketPath, `supervisor.${method}`, parameters);
  const state = async (): Promise<string> => {
    const answer = await call('getProcessInfo', program);
    const name = /<name>statename<\/name>\s*<value>\s*(?:<string>)?([A-Z]+)/.exec(answer)?.[1];
    if (name === undefined) throw new Error(`supervisord does not say in which state ${program} is`);
    return name;
  };
  const until = async (wanted: readonly string[], hopeless: readonly string[]): Promise<void> => {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const now = await state();
      if (wanted.includes(now)) return;
      if (hopeless.includes(now)) throw new Error(`supervisord says that ${program} is ${now}`);
      if (performance.now() > end) throw new Error(`${program} was ${now} for ${timeoutMs / 1000} s`);
      await delay(PAUSE_MS);
    }
  };
  return {
    running: async () => !DOWN.includes(await state()),
    async stop() {
      if (UP.includes(await state())) await call('stopProcess', program, false);
      await until(DOWN, []);
    },
    async start() {
      if (DOWN.includes(await state())) await call('startProcess', program, false);
      await until(['RUNNING'], ['FATAL', 'EXITED']);
    },
  };
}
