export function say(text: string): void;
export function complain(text: string): void;
export function step<T>(name: string, doing: string, work: () => Promise<T>): Promise<T>;
