import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { BatonError } from '../../contract/errors.ts';
import { textOf } from '../console-api/call.ts';
import { controlAnswer, sandboxFile, type ControlAnswer, type ControlRequest } from './control-protocol.ts';

/** Asks the sandbox that runs in `dir`. Rejects with BatonError: 'not-found' where none runs, 'refused' where it can't. */
export async function control(dir: string, asked: ControlRequest): Promise<ControlAnswer> {
  const none = new BatonError(
    'not-found',
    `No sandbox runs in ${dir}.`,
    'Start one with "npm run demo" or "baton sandbox up"; --dir names another folder.',
  );
  const text = await readFile(join(dir, 'sandbox.json'), 'utf8').catch(() => Promise.reject(none));
  const { socket } = sandboxFile.parse(JSON.parse(text));
  const answer = controlAnswer.parse(
    JSON.parse(await post(socket, JSON.stringify(asked)).catch(() => Promise.reject(none))),
  );
  if (answer.error !== undefined) throw new BatonError('refused', answer.error);
  return answer;
}

async function post(socketPath: string, body: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method: 'POST', path: '/' }, (answer) => {
      textOf(answer).then(resolve, reject);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
