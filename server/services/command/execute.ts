import { execFile } from 'node:child_process';

/** enable, disable and status only flip or read a switch; what takes longer hangs. */
const switchTimeoutMs = 20_000;

/** Exit code of the command. Rejects when it can't be started, is killed or does not end in time. */
export async function execute(
  argv: readonly string[],
  timeoutMs = switchTimeoutMs,
  keptChars = 2000,
): Promise<{ exitCode: number; output: string }> {
  const [command = '', ...args] = argv;
  return await new Promise((resolve, reject) => {
    execFile(command, args, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim().slice(-keptChars);
      if (!error) resolve({ exitCode: 0, output });
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, output });
      else reject(new Error(`${command}: ${error.killed ? `no end within ${timeoutMs / 1000} s` : error.message}`));
    });
  });
}
