// What the SSH tests share: a throw-away home folder, a scripted person who answers questions, an HTTP server on a socket.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { userInfo, tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSshTarget, type SshTarget } from '../../src/main/hosts/ssh-target.ts';
import { openSsh, type OpenOptions } from '../../src/main/hosts/ssh/open.ts';
import { proxyCommand } from '../../src/main/hosts/ssh/proxy-command.ts';
import type { SshConnection } from '../../src/main/hosts/ssh/connection.ts';
import { layeredSecrets, memorySecrets, type Answer, type Question } from '../../src/main/hosts/ssh/questions.ts';

export interface Home extends Disposable {
  path: string;
  knownHosts: string;
  /** Replace ~/.ssh/config. */
  config(text: string): void;
  target(query: { name: string; user?: string; port?: number }): Promise<SshTarget>;
  env: Record<string, string>;
}

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'gantry-home-'));
  mkdirSync(join(path, '.ssh'), { mode: 0o700 });
  const config = join(path, '.ssh/config');
  const env: Record<string, string> = {};
  const home: Home = {
    path, env,
    knownHosts: join(path, '.ssh/known_hosts'),
    config: (text) => writeFileSync(config, text),
    target: (query) => resolveSshTarget(query, { home: path, user: userInfo().username, localHost: 'test', files: [config], env }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  return home;
}

/** A person with prepared answers, in order; remembers what was asked. */
export function person(...answers: (Answer | undefined)[]): { ask: (question: Question) => Promise<Answer | undefined>; asked: Question[] } {
  const asked: Question[] = [];
  return { asked, ask: async (question) => { asked.push(question); return answers.shift(); } };
}

export async function open(home: Home, query: { name: string; user?: string; port?: number }, options: Partial<OpenOptions> = {}): Promise<SshConnection> {
  return openSsh(await home.target(query), {
    resolve: (hop) => home.target(hop as { name: string }),
    ask: person({ accept: true }).ask,
    secrets: layeredSecrets(memorySecrets(), memorySecrets()),
    spawnProxy: shellProxy,
    signal: AbortSignal.timeout(20_000),
    ...options,
  });
}

export const shellProxy = proxyCommand((file, args) => spawn(file, args, { stdio: 'pipe' }));

/** An HTTP server on a unix socket in `folder`. */
export async function serve(folder: string, listener: RequestListener): Promise<{ path: string } & AsyncDisposable> {
  const path = join(folder, `engine-${Math.random().toString(36).slice(2)}.sock`);
  const server = createServer((request, response) => {
    if (request.url === '/_ping') response.end('OK');
    else listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
