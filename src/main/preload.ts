// The only code with one foot in each world: asks main for a MessagePort and hands it to the page. Nothing else is exposed.
// It runs sandboxed, so it is bundled to CommonJS and may use only `electron`.
import { ipcRenderer } from 'electron';

window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'gantry:connect') ipcRenderer.send('gantry:connect');
});
ipcRenderer.on('gantry:port', (event) => {
  window.postMessage('gantry:port', window.location.origin, [...event.ports]);
});
