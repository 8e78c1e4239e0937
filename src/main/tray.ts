// The tray icon: bring the window back, or end the app. Containers go on either way.
import { Menu, Tray } from 'electron';

/** @param quitLabel in the person's language */
export function createTray(iconPath: string, quitLabel: string, actions: { show: () => void; quit: () => void }): Tray {
  const tray = new Tray(iconPath);
  tray.setToolTip('Gantry');
  tray.setContextMenu(Menu.buildFromTemplate([{ label: 'Gantry', click: actions.show }, { type: 'separator' }, { label: quitLabel, click: actions.quit }]));
  tray.on('click', actions.show);
  return tray;
}
