// Debian's dockerd for one test: own data, own socket, own network namespace, no firewall rules and no bridge.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';

export interface Dockerd extends AsyncDisposable { socketPath: string; client: DockerClient }

/** @param netns name of a network namespace to live in; without one it gets its own */
export async function startDockerd(netns?: string): Promise<Dockerd> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-dockerd-'));
  const socketPath = join(folder, 'docker.sock');
  // A pid namespace ends its containerd with it; both need /proc of that namespace.
  const child = spawn(netns === undefined ? 'unshare' : 'nsenter', [...(netns === undefined ? ['-n'] : [`--net=/run/netns/${netns}`, 'unshare']), '-m', '-p', '-f', '--mount-proc', '--kill-child=SIGKILL', 'dockerd', '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid'), '-H', `unix://${socketPath}`, '--iptables=false', '--ip6tables=false', '--bridge=none'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4000); });
  const client = createDockerClient(({ signal }) => new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath, ...(signal ? { signal } : {}) }).once('connect', () => resolve(socket)).once('error', reject);
  }));
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.json('GET', '/version');
      break;
    } catch (error) {
      if (attempt > 200 || child.exitCode !== null) throw new Error(`dockerd does not start: ${said}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    socketPath, client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
