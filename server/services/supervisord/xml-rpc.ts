import { readFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { callText, readAnswer, type XmlParameter, type XmlValue } from './xml-value.ts';

const TIMEOUT_MS = 20_000;

/** Where a supervisord listens, and as whom it is asked ([unix_http_server] and [inet_http_server] may want a name). */
export interface SupervisordAddress {
  /** unix:///run/supervisor.sock or http://[::1]:9001 */
  readonly url: string;
  readonly username?: string | undefined;
  /** Read at each call: it may be exchanged. */
  readonly passwordFile?: string | undefined;
}

/** supervisord has refused what it was asked, and says why: BAD_NAME, NOT_RUNNING, ALREADY_STARTED, … */
export class SupervisordFault extends Error {
  readonly fault: string;

  constructor(method: string, fault: string) {
    super(`supervisord refused ${method}: ${fault}`);
    this.fault = fault;
  }
}

/** Calls a method of supervisord and answers its value. Rejects with SupervisordFault, or why it can't be asked. */
export async function callSupervisord(
  address: SupervisordAddress,
  method: string,
  parameters: readonly XmlParameter[],
): Promise<XmlValue> {
  const answer = readWith(await post(address, callText(method, parameters)), address);
  if (answer.kind === 'fault') throw new SupervisordFault(method, answer.text);
  return answer.value;
}

function readWith(answer: string, address: SupervisordAddress): ReturnType<typeof readAnswer> {
  try {
    return readAnswer(answer);
  } catch (error) {
    throw new Error(`what answers at ${placeOf(address)} is not supervisord`, { cause: error });
  }
}

/** The path of its socket, or its URL. */
function placeOf({ url }: SupervisordAddress): string {
  return url.replace(/^unix:\/\//, '');
}

async function post(address: SupervisordAddress, body: string): Promise<string> {
  const options = await optionsFor(address, body);
  return await new Promise((resolve, reject) => {
    const outgoing = request(options, (answer) => {
      if (answer.statusCode === 200) {
        text(answer).then(resolve, reject);
      } else {
        answer.resume();
        const why = answer.statusCode === 401 ? ': it wants a name and a password' : '';
        reject(new Error(`supervisord at ${placeOf(address)} answered with status ${answer.statusCode}${why}`));
      }
    });
    outgoing.once('error', (error) => reject(new Error(`supervisord at ${placeOf(address)}: ${error.message}`)));
    outgoing.end(body);
  });
}

async function optionsFor(address: SupervisordAddress, body: string): Promise<RequestOptions> {
  const password =
    address.passwordFile === undefined ? '' : (await readFile(address.passwordFile, 'utf8')).replace(/\r?\n$/, '');
  const common = {
    method: 'POST',
    path: '/RPC2',
    headers: { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(address.username === undefined ? {} : { auth: `${address.username}:${password}` }),
  };
  if (address.url.startsWith('unix://')) return { ...common, socketPath: placeOf(address) };
  const { hostname, port } = new URL(address.url);
  // node:http takes an IPv6 literal without its brackets.
  return { ...common, host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || 80 };
}
