export function findNode(root: string): string;
export function environment(root: string): NodeJS.ProcessEnv;
