// What differs in the configuration of two images: environment, command, user and the like, one line a setting.
import type { ImageConfig } from '../../engine/layers/report-instruction.ts';
import type { ConfigChange } from '../contract/layers.ts';

/** Settings that differ, by name; lists of Env and Labels are told apart by their keys. */
export function compareConfigs(before: ImageConfig | undefined, after: ImageConfig | undefined): ConfigChange[] {
  const old = settingsOf(before);
  const now = settingsOf(after);
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key) => (old.get(key) === now.get(key) ? [] : [{ key, before: old.get(key), after: now.get(key) }]));
}

function settingsOf(image: ImageConfig | undefined): Map<string, string> {
  const settings = new Map<string, string>();
  const put = (key: string, value: unknown) => {
    if (value === undefined || value === null || value === '') return;
    settings.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  };
  put('platform', [image?.os, image?.architecture, image?.variant].filter(Boolean).join('/'));
  const config = image?.config ?? {};
  for (const variable of config.Env ?? []) {
    const equals = variable.indexOf('=');
    put(`Env ${variable.slice(0, equals)}`, variable.slice(equals + 1) || '""');
  }
  for (const [name, value] of Object.entries(config.Labels ?? {})) put(`Label ${name}`, value);
  put('Cmd', config.Cmd);
  put('Entrypoint', config.Entrypoint);
  put('WorkingDir', config.WorkingDir);
  put('User', config.User);
  put('StopSignal', config.StopSignal);
  put('ExposedPorts', Object.keys(config.ExposedPorts ?? {}).sort().join(' '));
  put('Volumes', Object.keys(config.Volumes ?? {}).sort().join(' '));
  return settings;
}
