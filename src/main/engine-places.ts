// Where an engine of this machine keeps its data and listens when nothing else is said.
import { join } from 'node:path';

/** Where the local engine lives: root's fixed places, or the user's own folders (design, section 5). */
export function enginePlaces(env: NodeJS.ProcessEnv, uid: number): { dataRoot: string; runRoot: string; socketPath: string } {
  if (uid === 0) return { dataRoot: '/var/lib/gantry', runRoot: '/run/gantry', socketPath: '/run/gantry/gantry.sock' };
  const dataRoot = join(env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? '/tmp', '.local/share'), 'gantry');
  const runRoot = join(env['XDG_RUNTIME_DIR'] ?? `/tmp/gantry-${uid}`, 'gantry');
  return { dataRoot, runRoot, socketPath: join(runRoot, 'gantry.sock') };
}
