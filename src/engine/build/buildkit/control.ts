// BuildKit's API for clients that build Dockerfiles: `docker build` with buildx, `docker compose build`, bake. A build is two calls that
// meet: Control.Solve names exporter and session and waits, LLBBridge.Solve asks for the Dockerfile frontend, LLBBridge.Return ends it.
// LLB graphs of a client's own (other frontends) are refused by name. Protocol: moby/buildkit v0.20, client/{solve,build}.go.
import type { Duplex } from 'node:stream';
import { channel, type Channel } from '../channel.ts';
import { errorMessage, InvalidParameter, NotFound, NotImplemented, System } from '../../wire/errors.ts';
import type { Builder } from '../builder.ts';
import { hostPlatform } from '../platform.ts';
import type { BuildEvent } from '../events.ts';
import { serveGrpc, streaming, unary, type CallContext, type Method } from './grpc.ts';
import { EMPTY, GATEWAY_SOLVE_REQUEST, GATEWAY_SOLVE_RESPONSE, INFO, PONG, RETURN_REQUEST, SOLVE_REQUEST, SOLVE_RESPONSE, STATUS_REQUEST, STATUS_RESPONSE, WORKERS } from './messages.ts';
import type { Message } from './protobuf.ts';
import { sessionMethod, type Sessions } from './sessions.ts';
import { prepareBuild, type Wanted } from './solve.ts';
import { statusWriter } from './status.ts';
import { usageMethods } from './usage.ts';

type SolveRequest = Message<typeof SOLVE_REQUEST>;
type Status = Message<typeof STATUS_RESPONSE>;

interface Solving { request: SolveRequest; signal: AbortSignal }

interface Build {
  /** set by Control.Solve; the gateway's call may be earlier */
  solve: PromiseWithResolvers<Solving>;
  status: Channel<Status>;
  /** how the client ended its part */
  returned: PromiseWithResolvers<void>;
  image: { id: string; tags: string[] } | undefined;
}

const CAPABILITIES = ['solve.base', 'return', 'returnmap', 'proto.refarray', 'frontend.inputs', 'importcaches', 'gateway.solve.metadata'];
/** A client may ask for the events of a build that is over already. */
const LATE_STATUS_MS = 5000;
const VERSION = { package: 'gantry', version: 'v0.20.0', revision: '' };

/** Serves one connection of a BuildKit client. */
export function serveBuildKit(socket: Duplex, builder: Builder, sessions: Sessions, builds: Map<string, Build>, nodeArch: string): Promise<void> {
  return serveGrpc(socket, methodsOf(builder, sessions, builds, nodeArch));
}

export type { Build as BuildKitBuild };

function methodsOf(builder: Builder, sessions: Sessions, builds: Map<string, Build>, nodeArch: string): ReadonlyMap<string, Method> {
  const { architecture, os } = hostPlatform(nodeArch);
  const workers = [{ ID: 'gantry', Labels: {}, platforms: [{ Architecture: architecture, OS: os }], BuildkitVersion: VERSION }];
  const buildOf = (ref: string): Build => {
    const known = builds.get(ref);
    if (known) return known;
    const made: Build = { solve: Promise.withResolvers(), status: channel(), returned: Promise.withResolvers(), image: undefined };
    for (const { promise } of [made.solve, made.returned]) promise.catch(() => {}); // the calls that wait tell it; without one nobody is left to hear it
    builds.set(ref, made);
    return made;
  };
  const ofCall = ({ headers }: CallContext): Build => {
    const id = headers['buildkit-controlapi-buildid'];
    if (typeof id !== 'string') throw new InvalidParameter('the call names no build');
    return buildOf(id);
  };

  const run = async (build: Build, wanted: Omit<Wanted, 'exporter'>, { request, signal }: Solving): Promise<void> => {
    const { Ref = '', Session = '', Exporters = [], ExporterAttrsDeprecated = {} } = request;
    const { attributes } = wanted;
    const prepared = await prepareBuild({ ...wanted, exporter: Exporters[0]?.Attrs ?? ExporterAttrsDeprecated }, (name) => sessions.get(attributes[`local-sessionid:${name}`] ?? Session, signal), signal);
    const write = statusWriter(Ref);
    let ended: Extract<BuildEvent, { type: 'ended' }> | undefined;
    for await (const event of builder.start(prepared.request, prepared.body, signal).events) {
      const status = write(event);
      if (status) build.status.push(status);
      if (event.type === 'ended') ended = event;
    }
    if (ended?.imageId === undefined) throw new System(ended?.error ?? 'the build ended without a result');
    build.image = { id: ended.imageId, tags: ended.tags };
  };

  const solve = async (request: SolveRequest, { signal }: CallContext): Promise<Message<typeof SOLVE_RESPONSE>> => {
    const ref = request.Ref ?? '';
    const build = buildOf(ref);
    try {
      checkExporters(request);
      if (request.Frontend) {
        checkFrontend(request.Frontend);
        await run(build, { attributes: request.FrontendAttrs ?? {}, cacheFrom: imported(request.Cache?.Imports) }, { request, signal });
      } else {
        build.solve.resolve({ request, signal });
        await Promise.race([build.returned.promise, aborted(signal)]);
      }
      const { image } = build;
      return image ? { ExporterResponse: { 'containerimage.config.digest': image.id, 'containerimage.digest': image.id, 'image.name': image.tags.join(',') } } : {};
    } catch (error) {
      build.solve.reject(error);
      throw error;
    } finally {
      build.status.close();
      setTimeout(() => builds.delete(ref), LATE_STATUS_MS).unref();
    }
  };

  const gatewaySolve = async (request: Message<typeof GATEWAY_SOLVE_REQUEST>, context: CallContext): Promise<Message<typeof GATEWAY_SOLVE_RESPONSE>> => {
    checkFrontend(request.Frontend);
    const build = ofCall(context);
    const solving = await Promise.race([build.solve.promise, aborted(context.signal)]);
    await run(build, { attributes: request.FrontendOpt ?? {}, cacheFrom: imported(request.CacheImports) }, { ...solving, signal: AbortSignal.any([solving.signal, context.signal]) });
    return { result: { ref: { id: build.image?.id } } };
  };

  return new Map<string, Method>([
    ['/moby.buildkit.v1.Control/ListWorkers', unary(EMPTY, WORKERS, () => ({ record: workers }))],
    ['/moby.buildkit.v1.Control/Info', unary(EMPTY, INFO, () => ({ buildkitVersion: VERSION }))],
    ['/moby.buildkit.v1.Control/Session', sessionMethod(sessions)],
    ...usageMethods(builder),
    ['/moby.buildkit.v1.Control/Solve', unary(SOLVE_REQUEST, SOLVE_RESPONSE, solve)],
    ['/moby.buildkit.v1.Control/Status', streaming(STATUS_REQUEST, STATUS_RESPONSE, ({ Ref = '' }, { signal }) => {
      const { status } = buildOf(Ref);
      signal.addEventListener('abort', () => status.close(), { once: true });
      return status;
    })],
    ['/moby.buildkit.v1.frontend.LLBBridge/Ping', unary(EMPTY, PONG, () => ({ FrontendAPICaps: CAPABILITIES.map((ID) => ({ ID, Enabled: true })), Workers: workers }))],
    ['/moby.buildkit.v1.frontend.LLBBridge/Solve', unary(GATEWAY_SOLVE_REQUEST, GATEWAY_SOLVE_RESPONSE, gatewaySolve)],
    ['/moby.buildkit.v1.frontend.LLBBridge/Return', unary(RETURN_REQUEST, EMPTY, ({ error }, context) => {
      const { returned } = ofCall(context);
      if (error?.message) returned.reject(new System(error.message));
      else returned.resolve();
      return {};
    })],
  ]);
}

/** @throws NotImplemented for what is no Dockerfile */
function checkFrontend(frontend: string | undefined): void {
  if (frontend !== 'dockerfile.v0') throw new NotImplemented(frontend ? `frontend ${frontend} is not supported: this engine builds Dockerfiles` : 'LLB definitions are not supported: this engine builds Dockerfiles');
}

const imported = (entries: readonly { Type?: string | undefined; Attrs?: Record<string, string> | undefined }[] = []): string[] => entries.flatMap(({ Type, Attrs }) => (Type === 'registry' ? (Attrs?.['ref'] ?? []) : []));

/** @throws NotImplemented for a result that is no image of this engine */
function checkExporters({ Exporters = [] }: SolveRequest): void {
  const other = Exporters.find(({ Type }) => Type !== 'moby' && Type !== 'image');
  if (other) throw new NotImplemented(`output type ${other.Type ?? ''} is not supported: build an image and export it with docker save`);
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new NotFound(`the client went away: ${errorMessage(signal.reason)}`)), { once: true });
  });
