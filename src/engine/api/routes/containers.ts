// /containers/*: parse, call one verb, answer. Shapes and codes: Docker Engine API v1.47, tag Container.
import type { HostConfig } from '@docker/node-sdk';
import { attachContainer } from '../../containers/attach.ts';
import { changesOf } from '../../containers/changes.ts';
import { createContainer, type CreateBody } from '../../containers/create.ts';
import { parseDetachKeys } from '../../containers/detach-keys.ts';
import { inspectContainer, rfc3339 } from '../../containers/inspect.ts';
import { LIST_FILTERS, listContainers } from '../../containers/list.ts';
import { readLogs } from '../../containers/logs.ts';
import { inBackground, type Parts } from '../../containers/parts.ts';
import { pauseContainer, unpauseContainer } from '../../containers/pause.ts';
import { pruneContainers } from '../../containers/prune.ts';
import { discardedLimits } from '../../containers/spec/resources.ts';
import { movesFrom } from '../../containers/record.ts';
import { removeContainer } from '../../containers/remove.ts';
import { resizeContainer } from '../../containers/resize.ts';
import { updateContainer } from '../../containers/update.ts';
import { sizeQuery } from './exec.ts';
import { platformQuery } from './platform-query.ts';
import { renameContainer } from '../../containers/rename.ts';
import { startContainer } from '../../containers/start.ts';
import { killContainer, restartContainer, stopContainer } from '../../containers/stop.ts';
import { parseCondition, waitContainer } from '../../containers/wait.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { parseFilters } from '../filters.ts';
import { empty, hijack, json, noContent, notModified, stream, streamType } from '../reply.ts';
import { boolQuery, del, get, intQuery, post, type Call, type Route } from '../router.ts';
import { timeQuery } from '../time.ts';
import { isBefore } from '../api-version.ts';

export function containerRoutes(parts: Parts): Route[] {
  const find = (call: Call) => parts.store.find(call.params['name'] as string);
  const stopOptions = (call: Call) => ({ signal: call.query.get('signal') || undefined, timeoutS: intQuery(call.query, 't') });
  return [
    get('/containers/json', async ({ query }) => json(await listContainers(parts, {
      all: boolQuery(query, 'all'), limit: intQuery(query, 'limit') ?? 0, size: boolQuery(query, 'size'), filters: parseFilters(query, LIST_FILTERS),
    }))),
    post('/containers/create', async (call) => {
      const body = await call.json<CreateBody>();
      const endpoints = Object.keys(body?.NetworkingConfig?.EndpointsConfig ?? {});
      if (endpoints.length > 1 && isBefore(call.apiVersion, [1, 44])) throw new InvalidParameter(`Container cannot be created with multiple network endpoints: ${endpoints.join(', ')}`);
      const container = await createContainer(parts, body, call.query.get('name'), platformQuery(call));
      container.removeSoon = () => inBackground(parts, 'cannot remove a container that did not start', container.id, () => removeContainer(parts, container, { force: false, volumes: true }));
      return json({ Id: container.id, Warnings: [...createWarnings(container.record.hostConfig), ...discardedLimits(container.record.hostConfig, parts.machine.facts)] }, 201);
    }),
    post('/containers/prune', async ({ query }) => {
      const filters = parseFilters(query, ['until', 'label', 'label!']);
      const until = timeQuery(filters.values('until')[0] ?? null);
      return json(await pruneContainers(parts, filters, until === undefined ? undefined : until * 1000));
    }),
    get('/containers/{name}/json', async (call) => json(await inspectContainer(parts, find(call), { size: boolQuery(call.query, 'size'), apiVersion: call.apiVersion }))),
    post('/containers/{name}/start', async (call) => ((await startContainer(parts, find(call))) ? noContent() : notModified())),
    post('/containers/{name}/stop', async (call) => ((await stopContainer(parts, find(call), stopOptions(call))) ? noContent() : notModified())),
    post('/containers/{name}/restart', async (call) => {
      await restartContainer(parts, find(call), stopOptions(call));
      return noContent();
    }),
    post('/containers/{name}/kill', async (call) => {
      await killContainer(parts, find(call), call.query.get('signal') || undefined);
      return noContent();
    }),
    post('/containers/{name}/pause', async (call) => {
      await pauseContainer(parts, find(call));
      return noContent();
    }),
    post('/containers/{name}/unpause', async (call) => {
      await unpauseContainer(parts, find(call));
      return noContent();
    }),
    post('/containers/{name}/rename', async (call) => {
      await renameContainer(parts, find(call), call.query.get('name'));
      return noContent();
    }),
    post('/containers/{name}/update', async (call) => {
      const wish = await call.json<HostConfig>();
      if (wish && isBefore(call.apiVersion, [1, 40])) delete wish.PidsLimit; // could not be changed then, and clients sent it all the same
      return json({ Warnings: await updateContainer(parts, find(call), wish) });
    }),
    post('/containers/{name}/resize', (call) => {
      resizeContainer(parts, find(call), ...sizeQuery(call));
      return empty(200);
    }),
    get('/containers/{name}/changes', async (call) => json(await changesOf(parts, find(call)))),
    del('/containers/{name}', async (call) => {
      if (boolQuery(call.query, 'link')) throw new InvalidParameter('links are not supported: there is none to remove');
      await removeContainer(parts, find(call), { force: boolQuery(call.query, 'force'), volumes: boolQuery(call.query, 'v') });
      return noContent();
    }),
    post('/containers/{name}/wait', (call) => {
      const result = waitContainer(find(call), parseCondition(call.query.get('condition')), call.signal);
      // The status line goes out at once: docker run starts the container only when it has seen it.
      return stream(waited(result, isBefore(call.apiVersion, [1, 42])), 'application/json');
    }),
    get('/containers/{name}/logs', logs(parts)),
    post('/containers/{name}/attach', async (call) => {
      const container = find(call);
      const { query } = call;
      const run = await attachContainer(parts, container, {
        stdin: boolQuery(query, 'stdin'), stdout: boolQuery(query, 'stdout'), stderr: boolQuery(query, 'stderr'),
        logs: boolQuery(query, 'logs'), stream: boolQuery(query, 'stream'), detachKeys: parseDetachKeys(query.get('detachKeys')),
      });
      return hijack(streamType(call.apiVersion, container.record.config.Tty === true), run);
    }),
    get('/gantry/containers/{name}/history', (call) => {
      const { record, stopDeadlineMs } = find(call);
      return json({
        State: record.state,
        Moves: movesFrom(record.state),
        StopDeadline: stopDeadlineMs === undefined ? null : rfc3339(stopDeadlineMs),
        Now: rfc3339(Date.now()), // a viewer's clock may differ
        History: record.history.map(({ from, to, atMs, cause }) => ({ From: from, To: to, At: rfc3339(atMs), Cause: cause })),
      });
    }),
  ];
}

/** What a create tells beside its success. */
function createWarnings({ NetworkMode, PortBindings, OomKillDisable, Memory }: HostConfig): string[] {
  const warnings: string[] = [];
  if (NetworkMode === 'host' && Object.keys(PortBindings ?? {}).length > 0) warnings.push('Published ports are discarded when using host network mode');
  if (OomKillDisable && !Memory) warnings.push('OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.');
  return warnings;
}

/** @param isErrorNull whether an absent error is `null`, as it was before API 1.42 */
async function* waited(result: Promise<{ exitCode: number; error?: string }>, isErrorNull: boolean): AsyncGenerator<string> {
  yield ''; // sends the head
  const { exitCode, error } = await result;
  yield `${JSON.stringify({ StatusCode: exitCode, ...(error !== undefined ? { Error: { Message: error } } : isErrorNull && { Error: null }) })}\n`;
}

const logs = (parts: Parts) => async (call: Call) => {
  const { query, signal } = call;
  const container = parts.store.find(call.params['name'] as string);
  const stdout = boolQuery(query, 'stdout');
  const stderr = boolQuery(query, 'stderr');
  if (!stdout && !stderr) throw new InvalidParameter('Bad parameters: you must choose at least one stream');
  const tailText = query.get('tail');
  const tail = tailText === null || tailText === '' || tailText === 'all' ? undefined : Number(tailText);
  const chunks = await readLogs(parts, container, {
    stdout, stderr, follow: boolQuery(query, 'follow'), timestamps: boolQuery(query, 'timestamps'), details: boolQuery(query, 'details'),
    since: timeQuery(query.get('since')), until: timeQuery(query.get('until')),
    tail: tail === undefined || !Number.isInteger(tail) || tail < 0 ? undefined : tail, signal,
  });
  return stream(chunks, streamType(call.apiVersion, container.record.config.Tty === true));
};
