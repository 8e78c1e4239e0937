// `RUN --mount=` values: `type=cache,target=/x,sharing=locked`. Field names and defaults: Dockerfile reference, "RUN --mount".
import { InvalidParameter } from '../../wire/errors.ts';
import { didYouMean } from './suggest.ts';

export type MountType = 'bind' | 'cache' | 'tmpfs' | 'secret' | 'ssh';

export interface MountRequest {
  type: MountType;
  target?: string;
  source?: string;
  from?: string;
  id?: string;
  isReadonly: boolean;
  isRequired: boolean;
  sharing: 'shared' | 'private' | 'locked';
  sizeBytes?: number;
  mode?: number;
  uid?: number;
  gid?: number;
  /** secret: name of an environment variable instead of (or beside) a file */
  env?: string;
}

const TYPES: readonly MountType[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const FIELDS: Record<MountType, readonly string[]> = {
  bind: ['target', 'source', 'from', 'readonly', 'readwrite'],
  cache: ['target', 'source', 'from', 'id', 'readonly', 'readwrite', 'sharing', 'mode', 'uid', 'gid'],
  tmpfs: ['target', 'size'],
  secret: ['target', 'id', 'required', 'mode', 'uid', 'gid', 'env'],
  ssh: ['target', 'id', 'required', 'mode', 'uid', 'gid'],
};
const ALIASES: Record<string, string> = { dst: 'target', destination: 'target', src: 'source', ro: 'readonly', rw: 'readwrite' };

/** @throws InvalidParameter naming the field */
export function parseMount(text: string): MountRequest {
  const fields = csv(text).map((field) => {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    return { key: ALIASES[key] ?? key, value: equals < 0 ? undefined : field.slice(equals + 1) };
  });
  const type = (fields.find(({ key }) => key === 'type')?.value ?? 'bind') as MountType;
  if (!TYPES.includes(type)) throw new InvalidParameter(`unsupported mount type ${JSON.stringify(type)}${didYouMean(type, TYPES)}`);
  const request: MountRequest = { type, isReadonly: type === 'bind', isRequired: false, sharing: 'shared' };
  for (const { key, value } of fields) {
    if (key === 'type') continue;
    if (!FIELDS[type].includes(key)) throw new InvalidParameter(`unexpected key '${key}' for mount type '${type}'${didYouMean(key, FIELDS[type])}`);
    if (value === undefined && !['readonly', 'readwrite', 'required'].includes(key)) throw new InvalidParameter(`invalid field '${key}' must be a key=value pair`);
    setField(request, key, value ?? 'true', text);
  }
  if (type === 'secret' && request.id === undefined && request.target === undefined && request.env === undefined) throw new InvalidParameter('invalid secret mount: an id or a target is needed');
  if ((type === 'bind' || type === 'cache' || type === 'tmpfs') && request.target === undefined) throw new InvalidParameter(`target is required for mount type '${type}'`);
  return request;
}

function setField(request: MountRequest, key: string, value: string, text: string): void {
  const bool = () => {
    if (!/^(true|false|1|0)$/i.test(value)) throw new InvalidParameter(`invalid value for ${key}: ${value}`);
    return /^(true|1)$/i.test(value);
  };
  const whole = (radix: number) => {
    const number = (radix === 8 ? /^[0-7]+$/ : /^\d+$/).test(value) ? Number.parseInt(value, radix) : Number.NaN;
    if (Number.isNaN(number) && !value.includes('$')) throw new InvalidParameter(`invalid value for ${key}: ${JSON.stringify(value)} in ${text}`);
    return number;
  };
  switch (key) {
    case 'target': request.target = value; break;
    case 'source': request.source = value; break;
    case 'from': request.from = value; break;
    case 'id': request.id = value; break;
    case 'env': request.env = value; break;
    case 'readonly': request.isReadonly = bool(); break;
    case 'readwrite': request.isReadonly = !bool(); break;
    case 'required': request.isRequired = bool(); break;
    case 'size': request.sizeBytes = bytesOf(value); break;
    case 'mode': request.mode = whole(8); break;
    case 'uid': request.uid = whole(10); break;
    case 'gid': request.gid = whole(10); break;
    case 'sharing':
      if (value !== 'shared' && value !== 'private' && value !== 'locked') throw new InvalidParameter(`unsupported sharing value ${JSON.stringify(value)}${didYouMean(value, ['shared', 'private', 'locked'])}`);
      request.sharing = value;
  }
}

/** `64m`, `1g`, `100`: bytes, units of 1024 (docker/go-units RAMInBytes). @throws InvalidParameter */
export function bytesOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]?)i?b?$/i.exec(text.trim());
  if (!match) throw new InvalidParameter(`invalid size: ${JSON.stringify(text)}`);
  return Math.floor(Number(match[1]) * 1024 ** ' kmgtp'.indexOf((match[2] || ' ').toLowerCase()));
}

/** One CSV record: commas split, double quotes hold them together. */
function csv(text: string): string[] {
  return [...text.matchAll(/(?:^|,)((?:"(?:[^"]|"")*"|[^,"])*)/g)].map((match) => (match[1] ?? '').replaceAll('""', '\0').replaceAll('"', '').replaceAll('\0', '"')).filter((field) => field !== '');
}
