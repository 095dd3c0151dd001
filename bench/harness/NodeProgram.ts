import { spawn, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program of Node's with one HTTP listener on `HOST` and `PORT`, to compare other programs with. */
export const bareListener =
  "require('node:http').createServer((_, answer) => answer.end('ok')).listen(+process.env.PORT, process.env.HOST)";

/** How long a program may take to answer at all. */
const LIMIT_MS = 20_000;
/** How often a program that starts is asked; below what its start could be told apart by. */
const ASK_EVERY_MS = 2;

/** A started program and how long it took to answer, in milliseconds. */
export interface StartedProgram {
  child: ChildProcess;
  answeredAfterMs: number;
}

/** Starts Node and waits until a URL answers 200; what it says is in the error if it does not. */
export async function startNode(
  args: string[],
  env: NodeJS.ProcessEnv,
  url: string,
): Promise<StartedProgram> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said = `${said}${chunk}`.slice(-2_000);
    });
  }
  while (!(await answers(url))) {
    const isLate = performance.now() - started > LIMIT_MS;
    if (isLate || child.exitCode !== null || child.signalCode !== null) {
      child.kill('SIGKILL');
      throw new Error(`${url} did not answer. The program said:\n${said}`);
    }
    await sleep(ASK_EVERY_MS);
  }
  return { child, answeredAfterMs: performance.now() - started };
}

/** Ends a program and waits for it. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise(resolve => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

function answers(url: string): Promise<boolean> {
  return new Promise(resolve => {
    request(url, { agent: false }, response => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .once('error', () => resolve(false))
      .end();
  });
}
