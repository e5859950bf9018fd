/** Flags of Node for the console. */
export const consoleFlags: readonly string[];
export const streamFlags: readonly string[];
export function flagsFor(args: readonly string[]): readonly string[];
export function findNode(root: string): string;
export function environment(root: string): NodeJS.ProcessEnv;
export function compileCache(root: string, args: readonly string[]): NodeJS.ProcessEnv;
