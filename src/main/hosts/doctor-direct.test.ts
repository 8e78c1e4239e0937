import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostConfig } from '../contract/hosts.ts';
import { diagnoseDirect } from './doctor-direct.ts';

let folder: string;
let server: Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  server = createServer((_request, response) => response.end('{"Version":"7","ApiVersion":"1.47","Components":[{"Name":"Engine","Version":"7"}]}'));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function examine(config: Extract<HostConfig, { kind: 'tcp' | 'unix' }>): Promise<{ steps: string[]; code: string | undefined; report: string }> {
  const steps: string[] = [];
  let code: string | undefined;
  let report = '';
  for await (const event of diagnoseDirect(config, AbortSignal.timeout(20_000))) {
    if (event.kind === 'report') report = event.text;
    else {
      steps.push(`${event.step.step} ${event.step.state}`);
      code ??= event.step.problem?.code;
    }
  }
  return { steps, code, report };
}

const unix = (path: string): Extract<HostConfig, { kind: 'unix' }> => ({ kind: 'unix', name: 'x', colour: 'blue', socketPath: path });
const tcp = (port: number, hostname = 'localhost'): Extract<HostConfig, { kind: 'tcp' }> => ({ kind: 'tcp', name: 'x', colour: 'blue', hostname, port });

test('a socket that answers passes every step', async () => {
  const path = join(folder, 's.sock');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const { steps, report } = await examine(unix(path));
  expect(steps).toEqual(['config ok', 'engine-socket ok', 'permission ok', 'api ok']);
  expect(report).toContain('Docker 7, API 1.47');
});

test('a socket that is not there, one that is a file', async () => {
  expect(await examine(unix(join(folder, 'docker.sock')))).toMatchObject({ steps: ['config ok', 'engine-socket failed'], code: 'socket-missing', report: expect.stringContaining('systemctl enable --now docker') });
  writeFileSync(join(folder, 'file'), '');
  chmodSync(join(folder, 'file'), 0o666);
  expect(await examine(unix(join(folder, 'file')))).toMatchObject({ code: 'socket-refused' });
});

test('TCP: passed, refused, unknown name', async () => {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  expect((await examine(tcp(port))).steps).toEqual(['config ok', 'dns ok', 'tcp ok', 'api ok']);
  expect(await examine(tcp(port, 'no-such-host.invalid'))).toMatchObject({ steps: ['config ok', 'dns failed'], code: 'dns-not-found' });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await examine(tcp(port))).toMatchObject({ steps: ['config ok', 'dns ok', 'tcp failed'], code: 'tcp-refused' });
});
