// English texts of the settings.
export default {
  title: 'Settings',
  failed: 'The setting was not kept',
  unreadable: 'The settings cannot be read',
  look: 'Look',
  language: 'Language',
  systemLanguage: 'Same as system',
  behaviour: 'Behaviour',
  keepEngine: { label: 'Keep the engine running', text: 'Containers go on when Gantry closes. Without it the engine stops when no container runs.' },
  closeToTray: { label: 'Closing the window keeps Gantry in the tray', text: 'Quit from the tray’s menu.' },
  notifyOnExit: { label: 'Tell when a container fails', text: 'A desktop notification when one ends with an error or runs out of memory.' },
  about: 'About',
  version: 'Version',
  shell: { browser: 'in the browser', electron: 'desktop' },
  profile: 'Settings folder',
  socket: 'Engine socket',
  dockerHint: 'The docker command line works with this engine too:',
};
