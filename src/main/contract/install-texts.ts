// What installing Gantry's engine on a machine does, and what stands in its way: main says it in errors, the window in the
// person's language. `{name}` is replaced by the parameter of that name.

export const INSTALL_TEXTS = {
  send: 'send {size} to {folder} and check its SHA-256',
  unit: 'write the service {unit}',
  start: 'start it now and at every boot: {command}',
  linger: 'let it run without a login: {command}',
  'not-linux': 'the engine needs Linux; this machine has {system}',
  'no-systemd': 'systemd does not answer there; the engine is installed as a systemd service',
  'root-rootless': 'root has no use for a rootless engine; install it for the system',
  'needs-root': 'installing for the system needs root, or sudo without a password',
  'no-subids': '{user} has no subordinate user ids: {command}',
  'no-space': '{needed} are needed below {folder}; {free} are free',
} as const;

export type InstallText = keyof typeof INSTALL_TEXTS;
export interface InstallNote { code: InstallText; params: Readonly<Record<string, string>> }

/** The sentence in English. */
export function installSentence({ code, params }: InstallNote): string {
  return INSTALL_TEXTS[code].replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}
