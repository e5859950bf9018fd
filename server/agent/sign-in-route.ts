import type { FastifyInstance } from 'fastify';
import { signInTest, type SignInAnswer, type SignInTest } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { connect } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';

const CONNECT_MS = 2_000;

/**
 * POST /v1/sign-ins: tries an account against another server from here. An account is bound to the host it comes from, so
 * that the console's own success says nothing about the replica that will use it after a takeover.
 */
export function serveSignIns(app: FastifyInstance): void {
  app.route({
    method: 'POST',
    url: '/v1/sign-ins',
    handler: async (request): Promise<SignInAnswer> => {
      const asked = signInTest.safeParse(request.body);
      if (!asked.success) throw new BatonError('invalid', 'host, port, user and password are needed.');
      return await trySignIn(asked.data);
    },
  });
}

async function trySignIn(asked: SignInTest): Promise<SignInAnswer> {
  try {
    const connection = await connect(asked, CONNECT_MS);
    connection.destroy();
    return { result: 'accepted', text: '' };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { result: error.kind === 'access-denied' ? 'denied' : 'unknown', text: error.message };
  }
}
