// Runs docker's credential helpers (protocol: docker/docker-credential-helpers, README).
import { System } from '../../engine/wire/errors.ts';
import { spawnChild } from '../processes.ts';
import type { RunHelper } from './docker-config.ts';

const TIMEOUT_MS = 10_000;
/** What every helper prints when it has no entry. */
const NONE = 'credentials not found';

export const runHelper: RunHelper = async (name, verb, input) => {
  if (!/^[\w.-]+$/.test(name)) throw new System(`not a credential helper's name: ${name}`);
  const program = `docker-credential-${name}`;
  const child = spawnChild(program, [verb], { stderr: 'ignore' });
  const timer = setTimeout(() => child.kill(), TIMEOUT_MS);
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  child.stdin.on('error', () => {}); // it ended without reading: its exit code tells
  child.stdin.end(input);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    const code = await ended;
    const said = Buffer.concat(chunks).toString('utf8').trim();
    if (code === 0) return said;
    if (said.includes(NONE)) return undefined;
    throw new System(`${program} failed with code ${code}`); // its words may hold the secret
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new System(`${program} is named in the Docker configuration but is not installed`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
};
