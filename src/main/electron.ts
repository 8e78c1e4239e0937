// The desktop shell. Thin on purpose: everything it carries is in app.ts and rpc/, which the browser shell tests.
// The page is served from our own scheme `gantry://app/`; the contract travels over a MessagePort made for each window.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { app as electron, dialog, ipcMain, MessageChannelMain, protocol, safeStorage, type BrowserWindow } from 'electron';
import { RPCHandler } from '@orpc/server/message-port';
import { openApp } from './app.ts';
import { readArguments } from './arguments.ts';
import { contentSecurityPolicy } from './browser-session.ts';
import type { RpcContext } from './rpc/context.ts';
import { router } from './rpc/router.ts';
import { staticFile } from './static-files.ts';
import { createTray } from './tray.ts';
import { openWindow } from './window.ts';

const root = electron.getAppPath();
// Inside a package the engine lies beside the archive: a daemon under rootlesskit cannot read app.asar.
const unpacked = root.replace(/app\.asar$/, 'app.asar.unpacked');

protocol.registerSchemesAsPrivileged([{ scheme: 'gantry', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }]);
electron.enableSandbox();
if (!electron.requestSingleInstanceLock()) electron.quit();
else electron.whenReady().then(main).catch(failed);

async function main(): Promise<void> {
  const bundled = join(unpacked, 'out/engine/daemon.js');
  const daemon = [process.execPath, existsSync(bundled) ? bundled : join(unpacked, 'src/engine/daemon.ts')];
  const options = readArguments({
    argv: process.argv.slice(electron.isPackaged ? 1 : 2),
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    uid: process.getuid?.() ?? 0,
    platform: process.platform,
    daemon,
  });
  const cipher = safeStorage.isEncryptionAvailable() ? { encrypt: (text: string) => safeStorage.encryptString(text), decrypt: (data: Buffer) => safeStorage.decryptString(data) } : undefined;
  const app = await openApp({ shell: 'electron', version: electron.getVersion(), profilePath: options.profilePath, env: process.env, ...(options.engine ? { engine: options.engine } : {}), ...(cipher ? { cipher } : {}) });
  serveScheme(join(root, 'out/renderer'), app.context);
  const handler = new RPCHandler<RpcContext>(router as never);
  ipcMain.on('gantry:connect', (event) => {
    if (!event.senderFrame?.url.startsWith('gantry://app/')) return;
    const { port1, port2 } = new MessageChannelMain();
    handler.upgrade(port1 as never, { context: app.context });
    port1.start();
    event.senderFrame.postMessage('gantry:port', null, [port2]);
  });
  if (options.engine) app.context.client('local').catch(() => {}); // warm up; the host list shows a failure

  let window: BrowserWindow | undefined;
  const show = () => {
    if (window && !window.isDestroyed()) window.show();
    else window = openWindow(join(root, 'out/main/preload.cjs'), () => app.context.settings.preferences().closeToTray);
  };
  electron.on('second-instance', show).on('activate', show);
  electron.on('window-all-closed', () => electron.quit());
  electron.on('will-quit', (event) => {
    event.preventDefault(); // the engine may have to be told, and what is recorded must be on disk
    void app[Symbol.asyncDispose]().then(() => electron.exit(0), () => electron.exit(1));
  });
  const isChinese = () => {
    const { language } = app.context.settings.preferences();
    return (language === 'auto' ? electron.getLocale() : language).startsWith('zh');
  };
  createTray(join(root, 'assets/icon.png'), isChinese() ? '退出 Gantry' : 'Quit Gantry', { show, quit: () => electron.quit() });
  show();
}

function serveScheme(rendererRoot: string, context: RpcContext): void {
  protocol.handle('gantry', async (request) => {
    const { pathname, host } = new URL(request.url);
    if (host !== 'app') return new Response('no such host', { status: 404 });
    if (context.transfers.isTransfer(pathname)) return transfer(request, context, pathname);
    const file = await staticFile(rendererRoot, pathname);
    if (!file) return new Response('no such file', { status: 404 });
    return new Response(Readable.toWeb(file.stream()) as ReadableStream, {
      headers: { 'content-type': file.contentType, 'content-security-policy': contentSecurityPolicy('app'), 'x-content-type-options': 'nosniff' },
    });
  });
}

async function transfer(request: Request, context: RpcContext, pathname: string): Promise<Response> {
  if (request.method === 'POST' && request.body) {
    const done = context.transfers.receive(pathname, Readable.fromWeb(request.body as never));
    if (!done) return new Response('no such transfer', { status: 404 });
    await done;
    return new Response(null, { status: 204 });
  }
  const download = await context.transfers.send(pathname, request.signal);
  if (!download) return new Response('no such transfer', { status: 404 });
  return new Response(Readable.toWeb(download.stream) as ReadableStream, {
    headers: { 'content-type': download.contentType ?? 'application/octet-stream', 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(download.fileName)}` },
  });
}

function failed(error: unknown): void {
  dialog.showErrorBox('Gantry', error instanceof Error ? error.message : String(error));
  electron.exit(1);
}
