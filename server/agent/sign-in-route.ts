import type { FastifyInstance } from 'fastify';
import { signInTest, type SignInAnswer, type SignInTest } from '../contract/agent.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { asReplication, connect, type SqlTls } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { withJudge } from '../tls/judge-server.ts';
import { readMaterial } from '../tls/material.ts';

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

const named = (file: string): string | undefined => (file === '' ? undefined : file);

/**
 * The files, as the replica beside this agent will use them. Rejects with SqlError where one can't be read here, which says
 * nothing of the replica itself.
 */
async function readTls({ verifyServer, ...files }: NonNullable<SignInTest['tls']>): Promise<SqlTls> {
  try {
    const { ca, certificate, key, crl } = files;
    const material = await readMaterial({
      ca: named(ca),
      certificate: named(certificate),
      key: named(key),
      crl: named(crl),
    });
    return asReplication(withJudge(material), verifyServer);
  } catch (error) {
    throw new SqlError('tls', 0, `the agent can't use the files of that replication: ${messageOf(error)}`);
  }
}

async function trySignIn(asked: SignInTest): Promise<SignInAnswer> {
  try {
    const { tls, ...target } = asked;
    const connection = await connect({ ...target, ...(tls && { tls: await readTls(tls) }) }, CONNECT_MS);
    connection.destroy();
    return { result: 'accepted', text: '' };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { result: error.kind === 'access-denied' ? 'denied' : 'unknown', text: error.message };
  }
}
