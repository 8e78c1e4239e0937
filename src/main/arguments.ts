// The app's command line, shared by both shells. Unknown flags are an error, never ignored.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidParameter } from '../engine/wire/errors.ts';
import { enginePlaces } from './engine-places.ts';
import type { LocalEngine } from './hosts/local.ts';

export interface Arguments { port: number; open: boolean; profilePath: string; engine?: LocalEngine }

interface Machine { argv: string[]; env: NodeJS.ProcessEnv; uid: number; platform: string; /** starts `src/engine/daemon.ts` */ daemon: string[] }

/** @throws InvalidParameter */
export function readArguments({ argv, env, uid, platform, daemon }: Machine): Arguments {
  const values = parse(argv);
  const places = enginePlaces(env, uid);
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new InvalidParameter(`--port must be a number from 0 to 65535, not ${values.port}`);
  const runRoot = values['run-root'] ?? places.runRoot;
  const socketPath = values.engine ?? values.socket ?? (values['run-root'] ? join(runRoot, 'gantry.sock') : places.socketPath);
  return {
    port,
    open: !values['no-open'],
    profilePath: values.profile ?? join(env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? '/tmp', '.config'), 'gantry'),
    ...(platform === 'linux' || values.engine
      ? { engine: { dataRoot: values['data-root'] ?? places.dataRoot, runRoot, socketPath, foreign: values.engine !== undefined, command: uid === 0 ? daemon : rootless(daemon), env } }
      : {}),
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        shell: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        engine: { type: 'string' },
        profile: { type: 'string' },
        'data-root': { type: 'string' },
        'run-root': { type: 'string' },
        socket: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new InvalidParameter((error as Error).message);
  }
}

/** An ordinary user's engine runs in its own user and network namespace (rootlesskit(1)). */
function rootless(daemon: string[]): string[] {
  return ['rootlesskit', '--net=slirp4netns', '--mtu=65520', '--port-driver=builtin', '--disable-host-loopback', '--copy-up=/etc', '--copy-up=/run', '--propagation=rslave', ...daemon];
}
