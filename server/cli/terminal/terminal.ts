import { createInterface } from 'node:readline/promises';

/** Where a command writes and asks. Results go to standard output, all that is said about them to standard error. */
export interface Terminal {
  line(text?: string): void;
  json(value: unknown): void;
  note(text: string): void;
  /** Replaces the last line of the same kind where there is a terminal; else nothing is shown. */
  progress(text: string): void;
  /** Whether there is somebody to ask. */
  readonly interactive: boolean;
  /** The answer to a question, without its line end; "" at the end of the input. */
  ask(question: string): Promise<string>;
  /** As ask, and what is typed is not shown. */
  askSecretly(question: string): Promise<string>;
  /** All of standard input. */
  read(): Promise<string>;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    line: (text = '') => void process.stdout.write(`${text}\n`),
    json: (value) => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    progress(text) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[2K${text}`);
    },
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    async ask(question) {
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await reader.question(question);
      } finally {
        reader.close();
      }
    },
    askSecretly,
    async read() {
      let text = '';
      for await (const chunk of process.stdin) text += String(chunk);
      return text;
    },
  };
}

/** Raw mode: the terminal shows nothing of what is typed, and line editing is ours (back space, Ctrl-U, Ctrl-C, Enter). */
async function askSecretly(question: string): Promise<string> {
  const { stdin, stderr } = process;
  // Before the question: who types at once must not be shown either.
  stdin.setRawMode(true);
  stderr.write(question);
  const typed = { answer: '' };
  await new Promise<void>((resolve) => {
    const onData = (chunk: Buffer): void => {
      for (const key of chunk.toString()) {
        if (key === '\r' || key === '\n' || key === '\u0004') {
          stdin.off('data', onData);
          return resolve();
        }
        typed.answer = edited(typed.answer, key);
      }
    };
    stdin.on('data', onData);
    stdin.resume();
  });
  stdin.setRawMode(false);
  stdin.pause();
  stderr.write('\n');
  return typed.answer;
}

function edited(answer: string, key: string): string {
  if (key === '\u0003') {
    process.stdin.setRawMode(false);
    process.kill(process.pid, 'SIGINT');
    return '';
  }
  if (key === '\u007F' || key === '\b') return answer.slice(0, -1);
  return key === '\u0015' ? '' : answer + key;
}
