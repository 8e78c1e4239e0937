// The transport against real servers: certificates, proxies, http where https was expected, hosts that change or stay away.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf } from './answer.ts';
import { createRegistryClient } from './client.ts';
import { createTransport, type TransportOptions } from './transport.ts';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-transport-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=our authority');
  for (const name of ['127.0.0.1', '127.0.0.9', 'registry.example', 'client']) {
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-addext', name === 'client' ? 'extendedKeyUsage=clientAuth' : `subjectAltName=${name.endsWith('example') ? 'DNS' : 'IP'}:${name}`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy', '-out', `${name}.crt`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});
async function listen(server: Server | TcpServer): Promise<string> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const ok: RequestListener = (_request, response) => { response.end('fine'); };
const tls = (certificate: string, listener: RequestListener, options: object = {}) =>
  createTlsServer({ key: readFileSync(path(`${certificate}.key`)), cert: readFileSync(path(`${certificate}.crt`)), ...options }, listener);

async function ask(host: string, options: Partial<TransportOptions> = {}, url = '/v2/'): Promise<string> {
  using transport = createTransport({ proxyEnv: {}, certFolders: [], insecure: () => false, ...options });
  return (await bodyOf(await transport.send(host, { method: 'GET', url, signal: AbortSignal.timeout(20_000) }))).toString();
}

describe('certificates', () => {
  test('of an authority that nobody knows are refused, and trusted once certs.d names it', async () => {
    const host = await listen(tls('127.0.0.1', ok));
    await expect(ask(host)).rejects.toThrow(`cannot reach the registry ${host}: tls: failed to verify certificate: x509: certificate signed by unknown authority`);
    mkdirSync(path(`certs.d/${host}`), { recursive: true });
    copyFileSync(path('ca.crt'), path(`certs.d/${host}/ca.crt`));
    expect(await ask(host, { certFolders: [path('certs.d')] })).toBe('fine');
  });

  test('of another host are refused even with a known authority', async () => {
    const host = await listen(tls('127.0.0.9', ok));
    mkdirSync(path(`certs.d/${host}`), { recursive: true });
    copyFileSync(path('ca.crt'), path(`certs.d/${host}/ca.crt`));
    await expect(ask(host, { certFolders: [path('certs.d')] })).rejects.toThrow('x509: certificate is not valid for 127.0.0.1');
  });

  test('of the client are shown to a registry that wants one', async () => {
    const host = await listen(tls('127.0.0.1', (request, response) => { response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN); }, { requestCert: true, rejectUnauthorized: true, ca: readFileSync(path('ca.crt')) }));
    const certs = path(`certs.d/${host}`);
    mkdirSync(certs, { recursive: true });
    copyFileSync(path('ca.crt'), join(certs, 'ca.crt'));
    copyFileSync(path('client.crt'), join(certs, 'client.cert'));
    copyFileSync(path('client.key'), join(certs, 'client.key'));
    expect(await ask(host, { certFolders: [path('certs.d')] })).toBe('client');
  });

  test('are not asked of a registry that is named insecure, nor is https', async () => {
    expect(await ask(await listen(tls('127.0.0.9', ok)), { insecure: () => true })).toBe('fine');
    expect(await ask(await listen(createServer(ok)), { insecure: () => true })).toBe('fine');
  });
});

describe('a host that is not what it should be', () => {
  test('speaks http where https is needed', async () => {
    await expect(ask(await listen(createServer(ok)))).rejects.toThrow('http: server gave HTTP response to HTTPS client: name the registry as insecure');
  });

  test('is not there', async () => {
    const host = await listen(createServer(ok));
    open.splice(0).forEach((server) => server.close());
    await expect(ask(host, { insecure: () => true })).rejects.toThrow(`cannot reach the registry ${host}: connection refused`);
  });

  test('hangs up', async () => {
    await expect(ask(await listen(createTcpServer((socket) => socket.destroy())), { insecure: () => true })).rejects.toThrow(/connection reset by peer|hang up/);
  });

  test('was an http registry and comes back with https', async () => {
    const plain = createServer(ok);
    const host = await listen(plain);
    using transport = createTransport({ proxyEnv: {}, certFolders: [], insecure: () => true });
    const get = async () => (await bodyOf(await transport.sendAgain(host, { method: 'GET', url: '/', signal: AbortSignal.timeout(5000) }))).toString();
    expect(await get()).toBe('fine');
    plain.closeAllConnections();
    await new Promise((closed) => plain.close(closed));
    const secure = tls('127.0.0.9', (_request, response) => { response.end('secure'); });
    open.push(secure);
    secure.listen(Number(host.split(':')[1]), '127.0.0.1');
    await once(secure, 'listening');
    expect(await get()).toBe('secure');
  });
});

describe('proxies of the environment', () => {
  /** A forward proxy that also tunnels, whatever the name, to `target`. */
  async function proxy(target = ''): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end('from the proxy');
    });
    server.on('connect', (request: IncomingMessage, socket, head) => {
      seen.push(`CONNECT ${request.url}`);
      const through = connect(Number(target.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        through.write(head);
        through.pipe(socket).pipe(through);
      });
      through.on('error', () => socket.destroy());
      socket.on('error', () => through.destroy());
    });
    return { url: `http://${await listen(server)}`, seen };
  }

  test('HTTPS_PROXY gets a tunnel, and the certificate is still the registry\'s', async () => {
    const { url, seen } = await proxy(await listen(tls('registry.example', ok)));
    mkdirSync(path('certs.d/registry.example'), { recursive: true });
    copyFileSync(path('ca.crt'), path('certs.d/registry.example/ca.crt'));
    expect(await ask('registry.example', { proxyEnv: { HTTPS_PROXY: url }, certFolders: [path('certs.d')] })).toBe('fine');
    await expect(ask('other.example', { proxyEnv: { HTTPS_PROXY: url } })).rejects.toThrow('x509');
    expect(seen).toEqual(['CONNECT registry.example:443', 'CONNECT other.example:443']);
  });

  test('HTTP_PROXY is asked for http; NO_PROXY names who is not, and loopback never is', async () => {
    const { url, seen } = await proxy();
    const plain = { insecure: () => true };
    expect(await ask('registry.example:80', { ...plain, proxyEnv: { http_proxy: url, https_proxy: 'http://127.0.0.1:1' } })).toBe('from the proxy');
    expect(seen).toEqual(['GET http://registry.example/v2/']);
    await expect(ask('registry.invalid', { ...plain, proxyEnv: { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: 'x.example,.invalid' } })).rejects.toThrow('lookup registry.invalid');
    expect(await ask(await listen(createServer(ok)), { ...plain, proxyEnv: { HTTP_PROXY: url, HTTPS_PROXY: url } })).toBe('fine');
    expect(seen).toHaveLength(1);
  });
});

test('credentials do not follow a redirect to another host', async () => {
  let shown: string | undefined;
  const store = await listen(createServer((request, response) => {
    shown = request.headers.authorization;
    response.end('blob');
  }));
  const host = await listen(createServer((request, response) => {
    if (request.headers.authorization === undefined) response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
    else response.writeHead(307, { Location: `http://${store}/elsewhere` }).end();
  }));
  using transport = createTransport({ proxyEnv: {}, certFolders: [], insecure: () => true });
  const client = createRegistryClient(transport, host, { username: 'u', password: 'secret' });
  const blob = await client.blob('x', `sha256:${'a'.repeat(64)}`, { signal: AbortSignal.timeout(5000) });
  expect((await bodyOf(blob)).toString()).toBe('blob');
  expect(shown).toBeUndefined();
});
