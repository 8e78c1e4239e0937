// Docker's event names and our engine's causes, as words of the page's language. What is not known stays as the engine said it. Pure.
import type { TFunction } from 'i18next';
import type { DockerEvent } from '../../main/contract/system.ts';

/** `exec_start: sh -c true` -> `container:happened.exec_start`; the part after the colon is told apart. */
export function eventWords(event: DockerEvent, t: TFunction): { name: string; detail: string } {
  const [action = '', ...rest] = event.Action.split(': ');
  if (action === 'health_status') return { name: t(`container:health.${rest[0] ?? 'none'}`, { defaultValue: event.Action }), detail: '' };
  return { name: t(`container:happened.${action}`, { defaultValue: action }), detail: rest.join(': ') };
}

/** Causes as `engine/containers` writes them (record.ts, Transition). */
const CAUSES: [RegExp, string, ...string[]][] = [
  [/^(create|start|restart|pause|unpause|stop|remove)$/, 'verb', 'verb'],
  [/^exit (-?\d+)$/, 'exit', 'code'],
  [/^exit (-?\d+) \(signal (\d+)\)$/, 'exitSignal', 'code', 'signal'],
  [/^stop: killed after (-?[\d.]+) s$/, 'grace', 'seconds'],
  [/^killed by (\w+)$/, 'killed', 'signal'],
  [/^out of memory$/, 'oom'],
  [/^restart policy$/, 'policy'],
  [/^restart policy, the engine started$/, 'policyAtStart'],
  [/^start failed$/, 'startFailed'],
  [/^remove --force$/, 'forced'],
  [/^remove failed$/, 'removeFailed'],
  [/^start \(.*engine.*\)$/, 'startedAlone'],
  [/^ended while the engine was dead$/, 'endedAlone'],
  [/^the machine was restarted$/, 'machine'],
];

export function causeWords(cause: string, t: TFunction): string {
  for (const [pattern, key, ...names] of CAUSES) {
    const found = pattern.exec(cause);
    if (!found) continue;
    if (key === 'verb') return t(`containers:actions.${found[1] === 'create' ? 'create' : (found[1] as string)}`);
    return t(`container:cause.${key}`, Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])));
  }
  return cause;
}
