// A container on a remote engine, by the Engine API alone: an image made of busybox, run, and what became of it.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DockerClient } from '../../src/main/docker/client.ts';

/** With a domain: Podman gives a name without one another domain than it looks for. And it imports as `latest` only. */
const IMAGE = 'lab.invalid/tool:latest';

/** Make the image from nothing: no registry is needed. */
export async function giveImage(client: DockerClient): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'gantry-vm-image-'));
  try {
    mkdirSync(join(work, 'bin'));
    mkdirSync(join(work, 'tmp'));
    execFileSync('cp', ['/bin/busybox', join(work, 'bin/busybox')]);
    execFileSync('ln', ['-s', 'busybox', join(work, 'bin/sh')]);
    const body = execFileSync('tar', ['-c', '-C', work, '.'], { maxBuffer: 1 << 26 });
    for await (const line of client.lines<{ error?: string }>('POST', '/images/create', { query: { fromSrc: '-', repo: 'lab.invalid/tool', tag: 'latest' }, body })) {
      if (line.error) throw new Error(line.error);
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Create and start; `script` is run by sh. */
export async function run(client: DockerClient, name: string, script: string, host: Record<string, unknown> = {}): Promise<string> {
  const { Id } = await client.json<{ Id: string }>('POST', '/containers/create', { query: { name }, json: { Image: IMAGE, Cmd: ['/bin/busybox', 'sh', '-c', script], HostConfig: host } });
  await client.json('POST', `/containers/${Id}/start`);
  return Id;
}

/** Run to the end; what it printed (without the frames of the log). */
export async function output(client: DockerClient, name: string, script: string, host: Record<string, unknown> = {}): Promise<string> {
  const id = await run(client, name, script, host);
  await client.json('POST', `/containers/${id}/wait`);
  const chunks: Buffer[] = [];
  for await (const chunk of await client.raw('GET', `/containers/${id}/logs`, { query: { stdout: true, stderr: true } })) chunks.push(chunk as Buffer);
  const log = Buffer.concat(chunks);
  let text = '';
  for (let at = 0; at + 8 <= log.length; at += 8 + log.readUInt32BE(at + 4)) text += log.toString('utf8', at + 8, at + 8 + log.readUInt32BE(at + 4));
  await client.json('DELETE', `/containers/${id}`, { query: { force: true } });
  return text.trim();
}

/** Names of running containers, sorted. */
export async function running(client: DockerClient): Promise<string[]> {
  return (await client.json<{ Names: string[] }[]>('GET', '/containers/json')).map(({ Names }) => Names[0]!.slice(1)).toSorted();
}
