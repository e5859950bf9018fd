import { X509Certificate } from 'node:crypto';
import { Agent, type AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { contextOf, type TlsMaterial } from './material.ts';
import { certificateProblem, chainProblem, plainFingerprint } from './peer.ts';

/** By what a client knows a server, and is known itself. */
export interface SecureClient {
  /** Asked at each connection: renewed files hold from the next one on. Without `ca`: whom the system trusts. */
  readonly material: () => TlsMaterial;
  /** SHA-256 of the server's certificate. Then its name does not matter and, without a `ca`, neither does its issuer. */
  readonly fingerprint?: string | undefined;
  /** The name that its certificate must have; absent: the host of the address. */
  readonly name?: string | undefined;
}

/** Somebody who is not known by name or pin may still accept a connection and say nothing. */
const handshakeTimeoutMs = 30_000;

/** What is told of who has signed a certificate; a pin needs no issuer. */
const ofTheIssuer = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** Whom the system trusts, and no certificate of our own. */
export const bySystem: SecureClient = { material: () => ({}) };

/**
 * Connects; at `secureConnect` the server is the right one, or the socket is destroyed with the reason. Nothing may be
 * written before: what is written earlier could go to somebody else.
 */
export function connectSecurely(to: { host: string; port: number }, client: SecureClient): TLSSocket {
  const host = to.host.replace(/^\[(.*)\]$/, '$1');
  const name = client.name ?? host;
  const material = client.material();
  const socket = connect({
    host,
    port: to.port,
    ...contextOf(material),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    minVersion: 'TLSv1.2',
    // Judged below, with the pin, and before anything is sent.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no TLS within ${handshakeTimeoutMs / 1000} s`)),
    handshakeTimeoutMs,
  );
  socket.once('close', () => clearTimeout(timer));
  socket.once('secureConnect', () => {
    clearTimeout(timer);
    const problem = serverProblem(socket, client, name, material.ca !== undefined);
    if (problem !== null) socket.destroy(new Error(problem));
  });
  return socket;
}

/** Connections of HTTP requests, each to the right server or to none. */
export class SecureAgent extends Agent {
  readonly #client: SecureClient;

  constructor(client: SecureClient, options: AgentOptions) {
    super(options);
    this.#client = client;
  }

  override createConnection(
    options: { host?: string | null; port?: number | string | null },
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const socket = connectSecurely(
      { host: options.host ?? 'localhost', port: Number(options.port ?? 443) },
      this.#client,
    );
    const failed = (error: Error): void => callback(error, socket);
    socket.once('error', failed);
    // Behind the judgement: a socket that it destroyed tells its error.
    socket.once('secureConnect', () => {
      if (socket.destroyed) return;
      socket.off('error', failed);
      callback(null, socket);
    });
  }
}

/** Why the server at the other end is not the one that is meant; null: it is. */
function serverProblem(socket: TLSSocket, client: SecureClient, name: string, hasCa: boolean): string | null {
  // Not getPeerX509Certificate: in a client that takes the certificate out of the connection, and a second look finds none.
  const { raw } = socket.getPeerCertificate();
  const certificate = raw instanceof Uint8Array ? new X509Certificate(raw) : null;
  if (certificate === null) return 'it shows no certificate';
  const broken = chainProblem(socket);
  const issuerCounts = hasCa || client.fingerprint === undefined;
  if (broken !== null && (issuerCounts || !ofTheIssuer.includes(broken))) {
    return `its certificate ${certificateProblem(broken)}`;
  }
  if (client.fingerprint === undefined) return nameProblem(certificate, name);
  return pinProblem(certificate, client.fingerprint, new Date());
}

function pinProblem(certificate: X509Certificate, pinned: string, now: Date): string | null {
  const shown = plainFingerprint(certificate.fingerprint256);
  if (shown !== plainFingerprint(pinned)) return `its certificate is not the pinned one but ${shown}`;
  // With an issuer that nobody knows, OpenSSL tells nothing else.
  return certificate.validToDate <= now ? `its certificate ${certificateProblem('CERT_HAS_EXPIRED')}` : null;
}

function nameProblem(certificate: X509Certificate, name: string): string | null {
  return checkServerIdentity(name, certificate.toLegacyObject()) ? `its certificate is not one of ${name}` : null;
}
