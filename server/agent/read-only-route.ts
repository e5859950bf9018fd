import type { FastifyInstance } from 'fastify';
import { persistReadOnly } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';

/**
 * POST /v1/read-only: writes what the server is to be after its next start. SET GLOBAL read_only does not last: a
 * promoted server comes back read-only and a demoted one writable (measured on 10.11).
 */
export function serveReadOnly(app: FastifyInstance, persistFile: string | undefined): void {
  app.route({
    method: 'POST',
    url: '/v1/read-only',
    handler: async (request) => {
      const asked = persistReadOnly.safeParse(request.body);
      if (!asked.success) throw new BatonError('invalid', 'readOnly is true or false.');
      if (persistFile === undefined) {
        throw new BatonError(
          'refused',
          'This agent has no file to keep read_only in.',
          'Set agent.server.persistFile, and include that file in the options of the server.',
        );
      }
      // Readable by mariadbd, which may be another user.
      await replaceFile(persistFile, `[mariadbd]\nread_only=${asked.data.readOnly ? 1 : 0}\n`, 0o644);
      return asked.data;
    },
  });
}
