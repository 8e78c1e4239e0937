// Without root the engine lives in a network namespace of its own, and a published port must also be opened on the machine: that is
// asked of rootlesskit(1), through the socket in its state folder. Its helper connects to 127.0.0.1 in our namespace.
// API: POST and DELETE /v1/ports, GET /v1/info (rootlesskit, pkg/api/openapi.yaml).
import { request } from 'node:http';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { Protocol } from './published-ports.ts';

export interface ParentPort { protocol: Protocol; hostIp: string; hostPort: number; /** at 127.0.0.1 in our namespace */ childPort: number }

export interface ParentPorts {
  /** All or none. @throws errors with code EADDRINUSE, EACCES or EADDRNOTAVAIL */
  open(ports: readonly ParentPort[]): Promise<number[]>;
  /** Not waited for: what is opened next comes after it. */
  close(ids: readonly number[]): void;
}

/** @param stateFolder of the rootlesskit that the engine runs in */
export function createParentPorts(stateFolder: string, log: Log): ParentPorts {
  const socketPath = join(stateFolder, 'api.sock');
  let last: Promise<unknown> = Promise.resolve();
  let hasDriver: boolean | undefined;
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {}); // whoever asked is told
    return result;
  };
  const isPossible = async (): Promise<boolean> => {
    if (hasDriver === undefined) {
      const info = await call(socketPath, 'GET', '/v1/info') as { portDriver?: unknown };
      hasDriver = Boolean(info.portDriver);
      if (!hasDriver) log.warn('published ports stay inside the namespace of rootlesskit: start it with --port-driver=builtin');
    }
    return hasDriver;
  };
  const withdraw = async (ids: readonly number[]) => {
    for (const id of ids) await call(socketPath, 'DELETE', `/v1/ports/${id}`);
  };
  return {
    open: (ports) => inOrder(async () => {
      if (ports.length === 0 || !(await isPossible())) return [];
      const ids: number[] = [];
      try {
        for (const { protocol, hostIp, hostPort, childPort } of ports) {
          const proto = `${protocol}${hostIp.includes(':') ? '6' : '4'}`;
          ids.push((await call(socketPath, 'POST', '/v1/ports', { proto, parentIP: hostIp, parentPort: hostPort, childPort }) as { id: number }).id);
        }
        return ids;
      } catch (error) {
        await withdraw(ids);
        throw error;
      }
    }),
    close(ids) {
      inOrder(() => withdraw(ids)).catch((error: unknown) => log.warn('a published port of this machine could not be closed', { error }));
    },
  };
}

function call(socketPath: string, method: string, path: string, body?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers: { 'Content-Type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      response.on('error', reject);
      response.on('end', () => {
        if ((response.statusCode ?? 500) < 300) return resolve(text === '' ? {} : JSON.parse(text));
        const reason = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text;
        return reject(Object.assign(new Error(reason.replaceAll('\\u003e', '>')), { code: codeOf(reason) }));
      });
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** rootlesskit passes on what Go says of bind(2). */
function codeOf(reason: string): string {
  if (/address already in use|conflict with ID/.test(reason)) return 'EADDRINUSE';
  return /cannot assign requested address/.test(reason) ? 'EADDRNOTAVAIL' : 'EACCES';
}
