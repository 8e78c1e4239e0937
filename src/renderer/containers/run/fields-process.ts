// Run form: what runs, as whom, where, with which environment; and its health check.
import { joinWords, splitWords } from '../words.ts';
import type { CreateBody, Healthcheck } from './body.ts';
import type { Field } from './fields.ts';
import { durationText, nanosOf } from './values.ts';

const text = (key: string) => (body: CreateBody) => (typeof body[key] === 'string' ? (body[key] as string) : '');
const put = (key: string) => (body: CreateBody, value: string) => {
  if (value === '') delete body[key];
  else body[key] = value;
};
const flagged = (key: string) => ({ read: (body: CreateBody) => body[key] === true, write: (body: CreateBody, value: boolean) => void (value ? (body[key] = true) : delete body[key]) });

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const isPair = (value: string) => (/^[^=\s]+(=|$)/.test(value) ? undefined : 'pair');
const duration = (value: string) => (nanosOf(value) === undefined ? 'duration' : undefined);
const number = (value: string) => (/^\d+$/.test(value) ? undefined : 'number');

export const pairs = (lines: string[]): Record<string, string> => Object.fromEntries(lines.map((line) => (line.includes('=') ? [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] : [line, ''])));
export const pairLines = (map: Record<string, string> | null | undefined): string[] => Object.entries(map ?? {}).map(([name, value]) => `${name}=${value}`);

function health(change: (check: Healthcheck) => void) {
  return (body: CreateBody) => {
    const check = { ...body.Healthcheck };
    change(check);
    const kept = Object.fromEntries(Object.entries(check).filter(([, value]) => value !== undefined && value !== 0));
    if (Object.keys(kept).length === 0) delete body.Healthcheck;
    else body.Healthcheck = kept;
  };
}
const healthTime = (key: string, flag: string, part: 'Interval' | 'Timeout' | 'StartPeriod'): Field => ({
  key, flag, kind: 'text', section: 'health', check: duration, placeholder: '30s',
  read: (body) => durationText(body.Healthcheck?.[part]),
  write: (body, value) => health((check) => void (value === '' ? delete check[part] : (check[part] = nanosOf(value) ?? 0)))(body),
});

export const processFields: Field[] = [
  { key: 'image', flag: '', kind: 'text', section: 'basic', read: text('Image'), write: put('Image') },
  // The name is a query parameter of create, not part of the body.
  { key: 'name', flag: '--name', kind: 'text', section: 'basic', check: (value) => (NAME.test(value) ? undefined : 'name'), read: () => '', write: () => {} },
  { key: 'command', flag: '', kind: 'text', section: 'basic', read: (body) => joinWords(body.Cmd ?? []), write: (body, value) => void (value === '' ? delete body.Cmd : (body.Cmd = splitWords(value))) },
  { key: 'env', flag: '--env', short: '-e', kind: 'lines', section: 'basic', placeholder: 'NAME=value', check: isPair, read: (body) => body.Env ?? [], write: (body, value) => void (value.length === 0 ? delete body.Env : (body.Env = value)) },
  { key: 'entrypoint', flag: '--entrypoint', kind: 'text', section: 'process', read: (body) => joinWords(body.Entrypoint ?? []), write: (body, value) => void (value === '' ? delete body.Entrypoint : (body.Entrypoint = splitWords(value))) },
  { key: 'workingDir', flag: '--workdir', short: '-w', kind: 'text', section: 'process', check: (value) => (value.startsWith('/') ? undefined : 'absolute'), read: text('WorkingDir'), write: put('WorkingDir') },
  { key: 'user', flag: '--user', short: '-u', kind: 'text', section: 'process', placeholder: '1000:1000', read: text('User'), write: put('User') },
  { key: 'hostname', flag: '--hostname', short: '-h', kind: 'text', section: 'process', read: text('Hostname'), write: put('Hostname') },
  { key: 'labels', flag: '--label', short: '-l', kind: 'lines', section: 'process', placeholder: 'com.example=value', read: (body) => pairLines(body.Labels), write: (body, value) => void (value.length === 0 ? delete body.Labels : (body.Labels = pairs(value))) },
  { key: 'tty', flag: '--tty', short: '-t', kind: 'switch', section: 'process', ...flagged('Tty') },
  { key: 'interactive', flag: '--interactive', short: '-i', kind: 'switch', section: 'process', ...flagged('OpenStdin') },
  { key: 'stopSignal', flag: '--stop-signal', kind: 'choice', isOpen: true, choices: ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1'], section: 'process', check: (value) => (/^(SIG)?[A-Z0-9+-]+$|^\d+$/.test(value) ? undefined : 'signal'), read: text('StopSignal'), write: put('StopSignal') },
  { key: 'stopTimeout', flag: '--stop-timeout', kind: 'text', section: 'process', placeholder: '10', check: number, read: (body) => (typeof body['StopTimeout'] === 'number' ? String(body['StopTimeout']) : ''), write: (body, value) => void (value === '' ? delete body['StopTimeout'] : (body['StopTimeout'] = Number(value))) },

  { key: 'healthCmd', flag: '--health-cmd', kind: 'text', section: 'health', read: (body) => { const [kind, ...rest] = body.Healthcheck?.Test ?? []; return kind === 'CMD-SHELL' ? (rest[0] ?? '') : kind === 'CMD' ? joinWords(rest) : ''; }, write: (body, value) => health((check) => void (value === '' ? check.Test?.[0] !== 'NONE' && delete check.Test : (check.Test = ['CMD-SHELL', value])))(body) },
  healthTime('healthInterval', '--health-interval', 'Interval'),
  healthTime('healthTimeout', '--health-timeout', 'Timeout'),
  healthTime('healthStart', '--health-start-period', 'StartPeriod'),
  { key: 'healthRetries', flag: '--health-retries', kind: 'text', section: 'health', placeholder: '3', check: number, read: (body) => (body.Healthcheck?.Retries ? String(body.Healthcheck.Retries) : ''), write: (body, value) => health((check) => void (value === '' ? delete check.Retries : (check.Retries = Number(value))))(body) },
  { key: 'noHealth', flag: '--no-healthcheck', kind: 'switch', section: 'health', read: (body) => body.Healthcheck?.Test?.[0] === 'NONE', write: (body, value) => { if (value) body.Healthcheck = { Test: ['NONE'] }; else if (body.Healthcheck?.Test?.[0] === 'NONE') delete body.Healthcheck; } },
];
