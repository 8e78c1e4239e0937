// Small readers and writers of HostConfig for the fields of the run form.
import type { CreateBody, HostBody } from './body.ts';
import { bytesOf, sizeText } from './values.ts';

type Keep<V> = { read: (body: CreateBody) => V; write: (body: CreateBody, value: V) => void };

export function setHost<K extends keyof HostBody>(body: CreateBody, key: K, value: HostBody[K] | undefined): void {
  if (value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)) delete body.HostConfig[key];
  else body.HostConfig[key] = value;
}

export const hostText = (key: string): Keep<string> => ({ read: (body) => (typeof body.HostConfig[key] === 'string' ? (body.HostConfig[key] as string) : ''), write: (body, value) => setHost(body, key, value) });
export const hostFlag = (key: string): Keep<boolean> => ({ read: (body) => body.HostConfig[key] === true, write: (body, value) => setHost(body, key, value) });
export const hostList = (key: string): Keep<string[]> => ({ read: (body) => (body.HostConfig[key] as string[] | null | undefined) ?? [], write: (body, value) => setHost(body, key, value) });
export const hostSize = (key: string): Keep<string> => ({ read: (body) => sizeText(body.HostConfig[key] as number | undefined), write: (body, value) => setHost(body, key, value === '' ? undefined : (bytesOf(value) ?? 0)) });
export const hostNumber = (key: string): Keep<string> => ({ read: (body) => (typeof body.HostConfig[key] === 'number' && body.HostConfig[key] !== 0 ? String(body.HostConfig[key]) : ''), write: (body, value) => setHost(body, key, value === '' ? undefined : Number(value)) });

export const isSize = (value: string) => (bytesOf(value) === undefined ? 'size' : undefined);
export const isNumber = (value: string) => (/^-?\d+$/.test(value) ? undefined : 'number');
