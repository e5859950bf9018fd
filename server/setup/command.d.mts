export function endingWithUs(argv: readonly string[]): string[];
export function capture(
  file: string,
  args: readonly string[],
  options?: { env?: NodeJS.ProcessEnv; cwd?: string },
): Promise<{ code: number; output: string }>;
