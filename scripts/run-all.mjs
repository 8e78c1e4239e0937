// Runs commands a few at a time, keeps their output, prints it only for those that fail (or all of it when asked).

import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { root } from './setup.mjs';

/** The project's own programs first on PATH, so that `node` is Node 24 in everything that is started. */
export const environment = { ...process.env, PATH: [join(root, 'node_modules/.bin'), process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter) };

/** @returns `{ code, seconds, text }`; `text` is empty when `live`. */
export function runOne([program, ...args], { live = false, env = {} } = {}) {
  return new Promise((done, fail) => {
    const startedMs = performance.now();
    const child = spawn(program, args, { cwd: root, env: { ...environment, ...env }, stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? 1, seconds: (performance.now() - startedMs) / 1000, text: Buffer.concat(chunks).toString() }));
  });
}

/** Runs `steps` (name -> argv) in order, `atOnce` of them together. @returns the names that failed. */
export async function runSteps(steps, atOnce) {
  const queue = Object.entries(steps);
  const failed = [];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, argv] = next;
      const { code, seconds, text } = await runOne(argv);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds.toFixed(1)} s)`);
      if (code !== 0) {
        failed.push(name);
        console.log(text.trimEnd());
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed;
}
