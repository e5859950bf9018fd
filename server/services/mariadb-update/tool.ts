import { spawn } from 'node:child_process';

/** Where the command-line programs of MariaDB connect, and as whom. */
export interface ToolTarget {
  readonly socket: string;
  readonly defaultsFile: string | undefined;
}

/** The first arguments of every such program: the account is in the options file, never here. */
export function targetArguments({ socket, defaultsFile }: ToolTarget): string[] {
  return [
    ...(defaultsFile === undefined ? [] : [`--defaults-file=${defaultsFile}`]),
    '--protocol=socket',
    `--socket=${socket}`,
  ];
}

/** Runs a program; what it prints, other than a captured standard output, is seen as it comes. Rejects unless it ends with 0. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: { readonly input?: string; readonly capture?: boolean } = {},
): Promise<string> {
  const child = spawn(command, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', options.capture ? 'pipe' : 'inherit', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  // A program that ends before it has read all shows in its exit code.
  child.stdin?.on('error', () => undefined).end(options.input);
  return await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${code === null ? `was ended by ${signal}` : `ended with code ${code}`}`));
    });
  });
}
