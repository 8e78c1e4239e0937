// The route table: method + pattern -> handler. Patterns are Docker's paths without the version prefix; `{name}` takes one
// path segment, `{name:all}` takes any number of them (image names hold slashes).
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { InvalidParameter, NotFound } from '../wire/errors.ts';
import { empty, type Reply } from './reply.ts';

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

/** One request as a handler sees it. */
export interface Call {
  method: string;
  /** path without version prefix and query */
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** the raw request body */
  body: Readable;
  /** version the client asked for, e.g. [1, 47] */
  apiVersion: readonly [number, number];
  /** aborted when the client closes the connection before the answer is complete */
  signal: AbortSignal;
  /** parsed JSON body; undefined when empty. @throws InvalidParameter when it is not JSON or over 16 MiB */
  json<T>(): Promise<T | undefined>;
}

type Handler = (call: Call) => Promise<Reply> | Reply;

export interface Route {
  method: Method;
  pattern: string;
  handler: Handler;
}

export const get = (pattern: string, handler: Handler): Route => ({ method: 'GET', pattern, handler });
export const head = (pattern: string, handler: Handler): Route => ({ method: 'HEAD', pattern, handler });
export const post = (pattern: string, handler: Handler): Route => ({ method: 'POST', pattern, handler });
export const put = (pattern: string, handler: Handler): Route => ({ method: 'PUT', pattern, handler });
export const del = (pattern: string, handler: Handler): Route => ({ method: 'DELETE', pattern, handler });

export interface Router {
  /** @throws NotFound when no route has this method and path */
  find(method: string, path: string): { handler: Handler; params: Record<string, string> };
}

interface Compiled { expression: RegExp; names: string[]; handler: Handler }

export function createRouter(routes: readonly Route[]): Router {
  const byMethod = new Map<string, { fixed: Map<string, Handler>; open: Compiled[] }>();
  for (const route of routes) {
    let table = byMethod.get(route.method);
    if (!table) byMethod.set(route.method, (table = { fixed: new Map(), open: [] }));
    if (route.pattern.includes('{')) table.open.push(compile(route));
    else table.fixed.set(route.pattern, route.handler);
  }
  return {
    find(method, path) {
      if (method === 'OPTIONS') return { handler: () => empty(200), params: {} }; // any path, as dockerd
      const table = byMethod.get(method);
      const fixed = table?.fixed.get(path);
      if (fixed) return { handler: fixed, params: {} };
      for (const { expression, names, handler } of table?.open ?? []) {
        const match = expression.exec(path);
        if (match) return { handler, params: decodeParams(names, match) };
      }
      throw new NotFound('page not found');
    },
  };
}

function compile({ pattern, handler }: Route): Compiled {
  const names: string[] = [];
  const source = pattern.replace(/\{(\w+)(:all)?\}/g, (_, name: string, all?: string) => {
    names.push(name);
    return all ? '(.+)' : '([^/]+)';
  });
  return { expression: new RegExp(`^${source}$`), names, handler };
}

function decodeParams(names: string[], match: RegExpExecArray): Record<string, string> {
  try {
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] as string)]));
  } catch (error) {
    throw new InvalidParameter('the path is not valid percent-encoding', { cause: error });
  }
}

/** Docker's booleans: absent, "", "0", "no", "false", "none" are false, everything else true (moby httputils.BoolValue). */
export function boolQuery(query: URLSearchParams, name: string, absent = false): boolean {
  const value = query.get(name);
  if (value === null) return absent;
  return !['', '0', 'no', 'false', 'none'].includes(value.trim().toLowerCase());
}

/** @throws InvalidParameter when the value is not a whole number */
export function intQuery(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  const number = Number(value);
  if (!Number.isInteger(number)) throw new InvalidParameter(`invalid value ${JSON.stringify(value)} for parameter ${name}: a whole number is needed`);
  return number;
}
