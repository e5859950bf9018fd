import { request } from 'node:http';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 20_000;

/** Calls a method of supervisord and answers the XML of its answer. Rejects with its fault, or why it can't be asked. */
export async function callSupervisord(
  socketPath: string,
  method: string,
  parameters: readonly (string | boolean)[],
): Promise<string> {
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${parameters
    .map((value) => `<param><value>${valueXml(value)}</value></param>`)
    .join('')}</params></methodCall>`;
  const answer = await post(socketPath, body);
  const fault = /<name>faultString<\/name>\s*<value>\s*(?:<string>)?([^<]*)/.exec(answer)?.[1];
  if (fault !== undefined) throw new Error(`supervisord refused ${method}: ${fault}`);
  if (!answer.includes('<methodResponse>')) throw new Error(`what answers at ${socketPath} is not supervisord`);
  return answer;
}

function valueXml(value: string | boolean): string {
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  return `<string>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`;
}

async function post(socketPath: string, body: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(
      { socketPath, method: 'POST', path: '/RPC2', headers, signal: AbortSignal.timeout(TIMEOUT_MS) },
      (answer) => {
        if (answer.statusCode === 200) {
          text(answer).then(resolve, reject);
        } else {
          answer.resume();
          reject(new Error(`supervisord answered with status ${answer.statusCode}`));
        }
      },
    );
    outgoing.once('error', (error) => reject(new Error(`supervisord at ${socketPath}: ${error.message}`)));
    outgoing.end(body);
  });
}
