// The tray icon: bring the window back, or end the app. Containers go on either way.
import { Menu, Tray } from 'electron';

export function createTray(iconPath: string, actions: { show: () => void; quit: () => void }): Tray {
  const tray = new Tray(iconPath);
  tray.setToolTip('Gantry');
  tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Gantry', click: actions.show }, { type: 'separator' }, { label: 'Quit', role: 'quit', click: actions.quit }]));
  tray.on('click', actions.show);
  return tray;
}
