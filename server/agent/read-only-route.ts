import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { persistReadOnly } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';

/**
 * POST /v1/read-only: writes what the server is to be after its next start. SET GLOBAL read_only does not last: a
 * promoted server comes back read-only and a demoted one writable (measured on 10.11). GET answers what is written there.
 */
export function serveReadOnly(app: FastifyInstance, persistFile: string | undefined, onWritten: () => void): void {
  app.route({
    method: 'GET',
    url: '/v1/read-only',
    handler: async () => ({ readOnly: settingIn(await textOf(given(persistFile))) }),
  });

  app.route({
    method: 'POST',
    url: '/v1/read-only',
    handler: async (request) => {
      const asked = persistReadOnly.safeParse(request.body);
      if (!asked.success) throw new BatonError('invalid', 'readOnly is true, false or null.');
      const { readOnly } = asked.data;
      const text = readOnly === null ? '' : `[mariadbd]\nread_only=${readOnly ? 1 : 0}\n`;
      // Readable by mariadbd, which may be another user.
      await replaceFile(given(persistFile), text, 0o644);
      onWritten();
      return asked.data;
    },
  });
}

function given(persistFile: string | undefined): string {
  if (persistFile !== undefined) return persistFile;
  throw new BatonError(
    'refused',
    'This agent has no file to keep read_only in.',
    'Set agent.server.persistFile, and include that file in the options of the server.',
  );
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** null: the file says nothing, and the server's own configuration counts. */
function settingIn(text: string): boolean | null {
  const value = /^read_only=([01])$/m.exec(text)?.[1];
  return value === undefined ? null : value === '1';
}
