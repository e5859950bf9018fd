import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { BatonError, type ErrorBody } from '../contract/errors.ts';
import { LiveMaterial } from './live-material.ts';
import { contextOf, type TlsFiles, type TlsMaterial } from './material.ts';
import { peerOf } from './peer.ts';
import { stillTrusted } from './still-trusted.ts';
import { passUpgrades, wants } from './upgrades.ts';

/** What is told of a listener's certificates. */
export interface SecureLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Makes servers that speak TLS with the material of these files, as it is at each new connection. */
export interface SecureServers {
  /** `protocol`: requests for it reach the handler as well, and it may take their connection over. */
  create(handler: RequestListener, protocol?: string): Server;
  /** Why what the files hold now is not in force; null: it is. */
  readonly problem: string | null;
  /** Stops following the files; the servers are their owner's to close. */
  stop(): void;
}

/**
 * Reads the files and follows them. Where there is a certificate authority, each request needs a certificate of it that is
 * neither revoked nor expired; who has none is answered 401 with the reason, since a broken handshake would not tell it.
 * New material holds for new connections; a running download is never cut. Rejects where the files can't be used.
 */
export async function secureServers(
  files: TlsFiles,
  log: SecureLog,
  options: { readonly everyMs?: number } = {},
): Promise<SecureServers> {
  const servers: { readonly server: Server; readonly retire: (material: TlsMaterial) => void }[] = [];
  const shown = { certificate: files.certificate };
  const live = await LiveMaterial.read(files, {
    ...options,
    onChange: (material, before) => {
      for (const { server, retire } of servers) {
        server.setSecureContext(contextOf(material));
        if (whomItTrusts(material) !== whomItTrusts(before)) retire(material);
      }
      log.info(shown, 'certificates read again');
    },
    onProblem: (problem) => log.error({ ...shown, problem }, 'the new certificate is not usable; the old one stays'),
  });
  live.follow();
  const asks = files.ca !== undefined;
  return {
    create(handler, protocol) {
      const guarded = asks ? demanding(handler, log) : handler;
      const served = {
        ...contextOf(live.current),
        minVersion: 'TLSv1.2',
        requestCert: asks,
        rejectUnauthorized: false,
        ...(protocol !== undefined && { shouldUpgradeCallback: wants(protocol) }),
      } as const;
      const server = createServer(served, guarded);
      if (protocol !== undefined) passUpgrades(server, guarded, protocol);
      servers.push({ server, retire: retiring(server) });
      return server;
    },
    get problem() {
      return live.problem;
    },
    stop: () => live.stop(),
  };
}

const whomItTrusts = ({ ca = '', crl = [] }: TlsMaterial): string => [ca, ...crl].join('\n');

/** Lets only requests with a good certificate through to the handler. */
function demanding(handler: RequestListener, log: SecureLog): RequestListener {
  return (request, response) => {
    const peer = peerOf(request.socket, new Date());
    if (peer.kind === 'good') return handler(request, response);
    const message =
      peer.kind === 'absent'
        ? 'This address needs a client certificate, and none was shown.'
        : `The client certificate ${peer.subject} ${peer.reason}.`;
    log.warn({ from: request.socket.remoteAddress, peer }, 'a client without a good certificate was refused');
    refuse(request, response, message);
  };
}

function refuse(request: IncomingMessage, response: ServerResponse, message: string): void {
  const { code, status, next, details } = new BatonError('unauthenticated', message, '', { certificate: true });
  const body = JSON.stringify({ error: { code, message, next, details } } satisfies ErrorBody);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  request.resume();
}

/**
 * Connections were verified at their beginning: when it changes who is trusted, those of before are closed, the idle ones
 * now and the others as soon as what they are at has ended. Not by closeIdleConnections: to it a connection is idle whose
 * answer is whole and still on its way. One that was taken over for another protocol has no end of its own: it goes on
 * where its client would be let in again.
 */
function retiring(server: Server): (material: TlsMaterial) => void {
  const open = new Set<Socket>();
  const taken = new WeakSet<Socket>();
  const old = new WeakSet<Socket>();
  const busy = new WeakSet<Socket>();
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      if (old.has(socket)) socket.destroySoon();
    });
  });
  server.on('upgrade', ({ socket }: IncomingMessage) => taken.add(socket));
  return (material) => {
    for (const socket of open) {
      if (taken.has(socket)) {
        if (!(socket instanceof TLSSocket && stillTrusted(socket, material, new Date()))) socket.destroy();
        continue;
      }
      old.add(socket);
      if (!busy.has(socket)) socket.destroySoon();
    }
  };
}
