import { readFile } from 'node:fs/promises';
import { readsUntilLater } from './reader-tokens.ts';
import { bearerIn, digestOf, isDigestOf } from './secret.ts';

/** Shorter ones can be guessed. */
const minTokenChars = 16;

/** Who shows a token: the console may do all, a reader may only read backups. */
export type Visitor = 'console' | 'reader';

/** The tokens an agent takes; only their digests stay in memory. */
export interface Tokens {
  /** null: it comes in by certificate. */
  readonly console: Buffer | null;
  readonly reader: Buffer | null;
}

/** Reads the token files. Rejects when one is absent, unreadable or too short, naming the configuration's field. */
export async function readTokens(files: {
  readonly tokenFile: string | undefined;
  readonly readerTokenFile: string | undefined;
  /** Certificates alone say who it is. */
  readonly byCertificate: boolean;
}): Promise<Tokens> {
  if (files.byCertificate) return { console: null, reader: null };
  if (files.tokenFile === undefined) {
    throw new Error(
      'agent.tokenFile is missing: a dump holds every password hash, so nothing is served without a token',
    );
  }
  return {
    console: digestOf(await readToken(files.tokenFile, 'agent.tokenFile')),
    reader:
      files.readerTokenFile === undefined
        ? null
        : digestOf(await readToken(files.readerTokenFile, 'agent.readerTokenFile')),
  };
}

async function readToken(file: string, field: string): Promise<string> {
  const token = (
    await readFile(file, 'utf8').catch(() => Promise.reject(new Error(`${field}: ${file} can't be read`)))
  ).trim();
  if (token.length < minTokenChars) throw new Error(`${field}: a token has at least ${minTokenChars} characters`);
  return token;
}

/** Who the Authorization header belongs to; null when to nobody. Takes as long for a wrong token as for a right one. */
export function visitorOf(authorization: string | undefined, tokens: Tokens): Visitor | null {
  const token = bearerIn(authorization);
  const isConsole = tokens.console !== null && isDigestOf(tokens.console, token);
  const isReader = tokens.reader !== null && isDigestOf(tokens.reader, token);
  const isForOnce = tokens.console !== null && readsUntilLater(token, tokens.console, new Date());
  return isConsole ? 'console' : isReader || isForOnce ? 'reader' : null;
}
