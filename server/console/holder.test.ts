import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { holderIsGone, thisHolder } from './holder.ts';

test('this process is not gone', () => expect(holderIsGone(thisHolder())).toBe(false));

test('a process that ended is gone, and so is one whose pid is now another one', async () => {
  const child = spawn('sleep', ['60']);
  const { pid } = child;
  const [, , start] = thisHolder().split('/');
  expect(holderIsGone(`${hostname()}/${pid}/${start}`)).toBe(true);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
  expect(holderIsGone(`${hostname()}/${pid}/1`)).toBe(true);
});

test('of another host nobody can say', () => expect(holderIsGone('elsewhere/1/1')).toBe(false));
