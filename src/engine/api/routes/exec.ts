// /containers/{id}/exec and /exec/*. Shapes and codes: Docker Engine API v1.47, tag Exec.
import { parseDetachKeys } from '../../containers/detach-keys.ts';
import { inspectExec, requireRunning, type ExecBody, type Execs } from '../../containers/exec.ts';
import { serveExec, startDetached } from '../../containers/exec-serve.ts';
import type { Parts } from '../../containers/parts.ts';
import { Conflict, InvalidParameter } from '../../wire/errors.ts';
import { withFieldNames } from '../field-names.ts';
import { empty, hijack, json, streamType } from '../reply.ts';
import { get, intQuery, post, type Call, type Route } from '../router.ts';

const EXEC_FIELDS = ['AttachStdin', 'AttachStdout', 'AttachStderr', 'ConsoleSize', 'DetachKeys', 'Tty', 'Env', 'Cmd', 'Privileged', 'User', 'WorkingDir'] as const;

export function execRoutes(parts: Parts, execs: Execs): Route[] {
  const find = (call: Call) => execs.find(call.params['id'] as string);
  return [
    post('/containers/{id}/exec', async (call) => {
      const body = withFieldNames(await call.json<ExecBody>(), EXEC_FIELDS);
      return json({ Id: execs.create(parts, parts.store.find(call.params['id'] as string), body).id }, 201);
    }),
    get('/exec/{id}/json', (call) => json(inspectExec(find(call)))),
    post('/exec/{id}/start', async (call) => {
      const wish = (await call.json<{ Detach?: boolean; Tty?: boolean; ConsoleSize?: number[] | null }>()) ?? {};
      const exec = find(call);
      if (exec.state !== 'created') throw new Conflict(exec.state === 'running' ? `exec command ${exec.id} is already running` : `exec command ${exec.id} has already run`);
      requireRunning(exec.container);
      const size = wish.ConsoleSize ?? exec.body.ConsoleSize;
      if (wish.Detach) {
        await startDetached(parts, execs, exec, size);
        return empty(200);
      }
      const keys = parseDetachKeys(exec.body.DetachKeys ?? null);
      // the format is the one this request asks for, whether or not the process has a terminal
      const isRaw = wish.Tty === true;
      return hijack(streamType(call.apiVersion, isRaw), (stream) => serveExec(parts, execs, exec, { stream, size, keys, isRaw }));
    }),
    post('/exec/{id}/resize', (call) => {
      const exec = find(call);
      const [rows, columns] = sizeQuery(call);
      if (exec.state !== 'running') throw new Conflict(`exec ${exec.id} is not running`);
      exec.size = [rows, columns];
      exec.run?.resize(rows, columns);
      return empty(200);
    }),
  ];
}

/** @throws InvalidParameter */
export function sizeQuery({ query }: Call): [rows: number, columns: number] {
  const [rows, columns] = [intQuery(query, 'h'), intQuery(query, 'w')];
  if (rows === undefined || columns === undefined || rows < 0 || columns < 0 || rows > 65_535 || columns > 65_535) throw new InvalidParameter('h and w must be numbers from 0 to 65535');
  return [rows, columns];
}
