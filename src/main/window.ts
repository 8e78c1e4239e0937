// One window: sandboxed, isolated, unable to go anywhere but to our own page. Links open in the person's browser.
import { app, BrowserWindow, Menu, nativeTheme, session, shell } from 'electron';

/** @param hideOnClose asked when the window is about to close */
export function openWindow(preloadPath: string, hideOnClose: () => boolean): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 800,
    minHeight: 560,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#141518' : '#ffffff',
    webPreferences: { preload: preloadPath, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false },
  });
  Menu.setApplicationMenu(null);
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(permission === 'clipboard-sanitized-write' || permission === 'notifications'));
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (/^https?:\/\//.test(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event) => {
    if (!event.url.startsWith('gantry://app/')) event.preventDefault();
  });
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  let quitting = false;
  window.once('ready-to-show', () => window.show());
  window.on('close', (event) => {
    if (quitting || !hideOnClose()) return;
    event.preventDefault();
    window.hide();
  });
  app.once('before-quit', () => (quitting = true));
  void window.loadURL('gantry://app/');
  return window;
}
