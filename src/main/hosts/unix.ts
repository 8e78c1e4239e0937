// Hosts that are a socket on this machine: the plain connector, with its failures as problems a person can act on.

import { stat } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { engineOfPath, grantFix, startFix } from './discover.ts';
import type { HostConnector } from './connector.ts';
import { unixConnector } from './sockets.ts';
import { ConnectionProblem } from './ssh/problem.ts';

export const socketConnector: HostConnector<'unix'> = {
  ...unixConnector,
  async connect(config, options) {
    const plain = await unixConnector.connect(config, options);
    return {
      ...plain,
      dial: (call) => plain.dial(call).catch(async (error: unknown) => {
        call.signal?.throwIfAborted();
        throw await socketProblem(error, config.socketPath);
      }),
    };
  },
};

/** What a failure to open a socket means; what is no such failure stays as it is. */
export async function socketProblem(error: unknown, path: string): Promise<unknown> {
  const { code, name } = error as NodeJS.ErrnoException;
  const engine = engineOfPath(path);
  const params = { host: hostname(), path, user: userInfo().username, start: startFix({ engine, rootless: path.startsWith('/run/user/') }) };
  const options = { cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ConnectionProblem('socket-missing', params, options);
  if (code === 'ECONNREFUSED' || code === 'ENOTSOCK') return new ConnectionProblem('socket-refused', params, options);
  if (name === 'TimeoutError') return new ConnectionProblem('api-silent', { ...params, seconds: '10' }, options);
  if (code !== 'EACCES' && code !== 'EPERM') return error;
  const owner = await stat(path).then(({ uid, gid }) => `${uid}:${gid}`, () => '?'); // not even its folder may be looked into
  const found = { engine, rootless: false, path, state: 'denied', owner: engine === 'docker' ? 'root:docker 660' : '', listening: true } as const;
  return new ConnectionProblem('socket-permission', { ...params, owner, grant: grantFix(found, params.user) }, options);
}
