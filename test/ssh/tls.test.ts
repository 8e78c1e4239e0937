// Hosts on TCP with TLS: client certificates, and a clear sentence for each way it can fail.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostConfig } from '../../src/main/contract/hosts.ts';
import { createDockerClient } from '../../src/main/docker/client.ts';
import { tlsConnector } from '../../src/main/hosts/tls.ts';
import { freePort } from './sshd.ts';

let folder: string;
let server: Server;
let port: number;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-tls-'));
  const openssl = (...args: string[]): void => { execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' }); };
  for (const authority of ['ca', 'stranger-ca']) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${authority}`, '-keyout', `${authority}.key`, '-out', `${authority}.pem`);
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost');
  for (const [name, authority] of [['server', 'ca'], ['client', 'ca'], ['stranger', 'stranger-ca']] as const) {
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', `${name}.pem`);
  }
  server = createServer({ key: readFileSync(at('server.key')), cert: readFileSync(at('server.pem')), ca: readFileSync(at('ca.pem')), requestCert: true, rejectUnauthorized: true }, (_request, response) => response.end('"OK"'));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

type Tcp = Extract<HostConfig, { kind: 'tcp' }>;
const config = (change: Partial<Tcp> & { client?: string; ca?: string } = {}): Tcp => {
  const { client = 'client', ca = 'ca', ...rest } = change;
  return { kind: 'tcp', name: 'x', colour: 'blue', hostname: 'localhost', port, tls: { verify: true, caPath: at(`${ca}.pem`), certPath: at(`${client}.pem`), keyPath: at(`${client}.key`) }, ...rest };
};
const connect = (tcp: Tcp) => tlsConnector.connect(tcp, { hostId: 'x', signal: AbortSignal.timeout(10_000) });

test('client and server know each other', async () => {
  await using connection = await connect(config());
  await using client = createDockerClient((call) => connection.dial(call));
  expect(await client.json('GET', '/x')).toBe('OK');
});

test('a client certificate the server does not know', async () => {
  await expect(connect(config({ client: 'stranger' }))).rejects.toMatchObject({ code: 'tls-failed', step: 'api' });
});

test('a server that the authority did not sign', async () => {
  await expect(connect(config({ ca: 'stranger-ca' }))).rejects.toMatchObject({ code: 'tls-failed' });
});

test('a server whose certificate has another name', async () => {
  await expect(connect(config({ hostname: '127.0.0.1' }))).rejects.toMatchObject({ code: 'tls-failed', params: { why: expect.stringContaining('127.0.0.1') } });
});

test('no TLS where TLS is wanted, and the other way round', async () => {
  const { tls: _none, ...withoutTls } = config();
  await expect(connect(withoutTls as Tcp)).rejects.toMatchObject({ code: 'tls-failed' });
  const plain = createHttp((_request, response) => response.end('OK'));
  await new Promise<void>((resolve) => plain.listen(0, resolve));
  await expect(connect(config({ port: (plain.address() as { port: number }).port }))).rejects.toMatchObject({ code: 'tls-failed' });
  plain.closeAllConnections();
  plain.close();
});

test('nobody there; a file that is missing', async () => {
  await expect(connect(config({ port: await freePort() }))).rejects.toMatchObject({ code: 'tcp-refused' });
  await expect(connect(config({ ca: 'none' }))).rejects.toMatchObject({ code: 'config-invalid' });
});
