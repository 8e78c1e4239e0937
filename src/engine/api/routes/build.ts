// POST /build and /build/prune (Engine API v1.47, "Build"), and the engine's own /gantry/builds: history, live events, cancel, checks.
import { boolQuery, del, get, post, type Route } from '../router.ts';
import { empty, hijack, json, ndjson } from '../reply.ts';
import { classicOutput } from '../../build/classic.ts';
import type { Builder } from '../../build/builder.ts';
import { serveBuildKit, type BuildKitBuild } from '../../build/buildkit/control.ts';
import { exposed, openSessions } from '../../build/buildkit/sessions.ts';
import { cacheEntries, pruneCache, pruneOptions } from '../../build/prune.ts';
import { readBuildRequest } from '../../build/request.ts';
import { EngineError, errorMessage, InvalidParameter, NotFound } from '../../wire/errors.ts';

const GRPC = 'application/grpc';

/** @param nodeArch process.arch */
export function buildRoutes(builder: Builder, nodeArch: string): Route[] {
  const sessions = openSessions();
  const buildKitBuilds = new Map<string, BuildKitBuild>();
  return [
    post('/build', ({ query, headers, body, signal }) => {
      const request = readBuildRequest(query, headers);
      const { id, events } = builder.start(request, body as AsyncIterable<Buffer>, signal);
      const print = classicOutput(request.quiet);
      const source = async function* () {
        let isSilent = true;
        for await (const event of events) {
          // as dockerd: what fails before anything was said is an answer of its own
          if (isSilent && event.type === 'ended' && event.error !== undefined) throw new EngineError(event.kind ?? 'System', event.error);
          const messages = print(event);
          isSilent &&= messages.length === 0;
          yield* messages;
        }
      };
      return ndjson(source(), { 'X-Gantry-Build-Id': id });
    }),
    post('/build/prune', async ({ query }) => {
      const options = pruneOptions(query);
      const { removed, reclaimedBytes } = await pruneCache(builder, { ...options, all: boolQuery(query, 'all') });
      return json({ CachesDeleted: removed, SpaceReclaimed: reclaimedBytes });
    }),
    post('/build/cancel', ({ query }) => {
      const id = query.get('id') ?? '';
      if (id === '') throw new InvalidParameter('build ID not provided');
      if (!builder.cancel(id)) throw new NotFound(`no such running build: ${id}`);
      return empty(204);
    }),
    post('/session', ({ headers }) => {
      if (headers.upgrade === undefined) throw new InvalidParameter('no upgrade');
      if (headers.upgrade.toLowerCase() !== 'h2c') throw new InvalidParameter(`protocol ${headers.upgrade} not supported`);
      const { id, methods } = exposed(headers);
      return hijack(GRPC, (stream) => sessions.serve(id, methods, stream));
    }),
    post('/grpc', () => hijack(GRPC, (stream) => serveBuildKit(stream, builder, sessions, buildKitBuilds, nodeArch))),

    get('/gantry/builds', () => json(builder.history.list())),
    get('/gantry/builds/{id}', ({ params, signal }) => ndjson(eventsOrError(builder, params['id'] as string, signal))),
    del('/gantry/builds/{id}', async ({ params }) => {
      await builder.history.remove(params['id'] as string);
      return empty(204);
    }),
    get('/gantry/build-cache', async () => json(await cacheEntries(builder))),
  ];
}

async function* eventsOrError(builder: Builder, id: string, signal: AbortSignal): AsyncGenerator<unknown> {
  try {
    yield* builder.history.follow(id, signal);
  } catch (error) {
    if (error instanceof NotFound) throw error;
    throw new NotFound(`build ${id}: ${errorMessage(error)}`, { cause: error });
  }
}
