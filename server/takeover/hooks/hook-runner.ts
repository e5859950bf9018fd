/** How a hook ended; `ok` is what counts, `text` says it: "exit 1", "killed after 10 s". */
export interface HookResult {
  readonly ok: boolean;
  readonly text: string;
}

/** What tells a process from a later one with its id. */
export interface HookProcess {
  readonly pid: number;
  readonly startTicks: number;
}

/** What takeovers need to run programs on the console's host. */
export interface HookRunner {
  /** Why the program can't be started ("does not exist"); null: it can. */
  problem(program: string): Promise<string | null>;
  /** Starts it, in a process group that is killed at the time-out and when the signal aborts. `ended` never rejects. */
  start(
    command: readonly string[],
    input: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly onOutput: (text: string) => void },
  ): { readonly process: HookProcess | null; readonly ended: Promise<HookResult> };
  /** Ends what an earlier console started, where it still runs. */
  endLeftOver(process: HookProcess): boolean;
  /** The address of an operation's page. */
  operationUrl(id: string): string;
}
