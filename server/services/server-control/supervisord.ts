import type { ServerControl } from '../server-control.ts';
import { SupervisedProgram } from '../supervisord/program.ts';
import type { SupervisordAddress } from '../supervisord/xml-rpc.ts';

/** By supervisord, through its XML-RPC: unprivileged where its socket is the agent's to write. */
export function supervisordSwitch(
  options: SupervisordAddress & { readonly program: string },
  timeoutMs: number,
): ServerControl {
  const program = new SupervisedProgram(options, options.program);
  return {
    running: async () => (await program.info()).up,
    stop: () => program.stop(timeoutMs),
    async start() {
      await program.start();
      const { state } = await program.until((info) => info.state === 'RUNNING' || !info.up, timeoutMs);
      if (state !== 'RUNNING') throw new Error(`supervisord says that ${options.program} is ${state}`);
    },
  };
}
