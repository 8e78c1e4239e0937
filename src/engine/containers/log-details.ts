// What `docker logs --details` puts before each line: labels and variables that the log options name. They do not change while the
// container lives, so they are taken from the record and not kept with each line.
import type { ContainerConfig, HostConfig } from '@docker/node-sdk';

/** `key=value,key=value ` with both parts escaped as in a query, sorted; one space where nothing is named. */
export function logDetails(config: ContainerConfig, hostConfig: HostConfig): string {
  const options = hostConfig.LogConfig?.Config ?? {};
  const variables = Object.fromEntries((config.Env ?? []).map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)]));
  const pairs = [
    ...named(config.Labels ?? {}, options['labels'], options['labels-regex']),
    ...named(variables, options['env'], options['env-regex']),
  ];
  return `${pairs.toSorted().join(',')} `;
}

function named(values: Record<string, string>, list: string | undefined, pattern: string | undefined): string[] {
  const names = new Set((list ?? '').split(',').filter(Boolean));
  const matches = pattern ? new RegExp(pattern) : undefined;
  return Object.entries(values).filter(([name]) => names.has(name) || matches?.test(name)).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
}
