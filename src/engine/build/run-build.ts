// One build from its request to its image: context, Dockerfile, graph, stages side by side, configuration. Reports BuildEvents.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChainId } from '../base/digest.ts';
import type { Image, ImageConfig } from '../needs.ts';
import { EngineError, errorMessage, InvalidParameter } from '../wire/errors.ts';
import { lintDockerfile, type LintResult } from './checks/lint.ts';
import { NO_IGNORE, parseIgnore } from './context/ignore.ts';
import { createContextIndex, type ContextIndex } from './context/context-index.ts';
import { receiveTar } from './context/receive.ts';
import { receiveRemote } from './context/remote.ts';
import { followLinks } from './context/source-tree.ts';
import { nearest } from './dockerfile/suggest.ts';
import type { Dockerfile } from './dockerfile/ast.ts';
import { parseDockerfile } from './dockerfile/dockerfile.ts';
import { DockerfileError, quote } from './dockerfile/syntax-error.ts';
import type { BuildEvent } from './events.ts';
import { stageGraph } from './graph.ts';
import { contextReaders, planOf } from './plan.ts';
import { hostPlatform, parsePlatform, platformArgs, platformText, type Platform } from './platform.ts';
import { summaryOf, type BuildRequest } from './request.ts';
import { layerMaker } from './execute/layer.ts';
import { openOrigins } from './execute/origins.ts';
import { buildStages } from './execute/stages.ts';
import type { StageRun } from './execute/stage-run.ts';
import { baseImages, type BaseImages } from './base-images.ts';
import { importInlineCache, inlineCache } from './inline-cache.ts';
import { CommandFailed } from './execute/run-instruction.ts';
import { StepFailed } from './execute/step-failed.ts';
import type { BuilderParts } from './builder.ts';
import { startProgram } from './tools.ts';

/**
 * Runs to the end and always ends with an `ended` event; never throws for a build that fails.
 * @param body the tar of the context (unused for a remote one)
 */
export async function runBuild(id: string, request: BuildRequest, body: AsyncIterable<Buffer>, parts: BuilderParts, report: (event: BuildEvent) => void, signal: AbortSignal): Promise<void> {
  const work = join(parts.dataFolder, 'work', id);
  const privateFolder = join(parts.runFolder, id);
  report({ type: 'started', id, atMs: Date.now(), request: summaryOf(request) });
  try {
    await mkdir(work, { recursive: true, mode: 0o700 });
    const image = await build(id, request, body, parts, report, signal, work, privateFolder);
    report({ type: 'ended', atMs: Date.now(), state: 'done', imageId: image.id, sizeBytes: image.sizeBytes, tags: image.repoTags.filter((tag) => request.tags.some((wanted) => tag === wanted || tag === `${wanted}:latest`)) });
  } catch (error) {
    const cause = error instanceof StepFailed ? error.cause : error;
    report({
      type: 'ended', atMs: Date.now(), state: signal.aborted ? 'canceled' : 'failed', tags: [], error: signal.aborted ? 'build canceled' : errorMessage(cause),
      ...(cause instanceof EngineError ? { kind: cause.kind } : {}),
      ...(cause instanceof CommandFailed ? { exitCode: cause.exitCode } : {}), ...lineOf(error),
    });
  } finally {
    // the caller is done with this build; its files may go in their own time, the next start sweeps what is left
    await rm(privateFolder, { recursive: true, force: true });
    void rm(work, { recursive: true, force: true }).catch((error: unknown) => parts.log.warn('scratch folder of a build is left', { id, error }));
  }
}

function lineOf(error: unknown): { errorLine?: number } {
  if (error instanceof StepFailed) return { errorLine: error.line };
  return error instanceof DockerfileError && error.range.startLine > 0 ? { errorLine: error.range.startLine } : {};
}

async function build(id: string, request: BuildRequest, body: AsyncIterable<Buffer>, parts: BuilderParts, report: (event: BuildEvent) => void, signal: AbortSignal, work: string, privateFolder: string): Promise<Image> {
  const host = hostPlatform(parts.nodeArch);
  const target = request.platform === '' ? host : parsePlatform(request.platform.split(',')[0] as string, host);
  if (!target || request.platform.includes(',')) throw new InvalidParameter(`invalid platform ${JSON.stringify(request.platform)}: unknown operating system or architecture; one like linux/amd64 is needed`);
  const startedMs = Date.now();
  const { context, text } = await openContext(request, body, work, signal);
  report({ type: 'context', atMs: Date.now(), files: context.files, sizeBytes: context.sizeBytes, durationMs: Date.now() - startedMs });

  const platforms = platformArgs(host, target);
  const namedContexts = new Set(request.namedContexts.keys());
  const { file, graph, warnings } = readable(text, report, () => {
    const parsed = parseDockerfile(text);
    const stages = stageGraph(parsed, { target: request.target, buildArgs: request.buildArgs, platformArgs: platforms, namedContexts });
    return { file: parsed, graph: stages, warnings: checked(parsed) };
  });
  const labels = Object.keys(request.labels).length === 0 ? undefined : `LABEL ${Object.entries(request.labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ')}`;
  const plan = planOf(graph, platformText(target), labels);
  report({ type: 'planned', atMs: Date.now(), stages: plan.stages, steps: plan.steps, target: graph.target.index, dockerfile: file.source, warnings: warnings.found });

  const epoch = epochOf(request);
  const layers = layerMaker(parts.snapshots, join(parts.dataFolder, 'snapshots'), join(parts.runFolder, 'mounts'), epoch);
  const bases = baseImages({ images: parts.images, host, alwaysPull: request.pull, registryConfig: request.registryConfig, log: parts.log, signal });
  const hasChain = (chain: ChainId): boolean => {
    try {
      return parts.snapshots.lowerOf(chain).length > 0;
    } catch {
      return false; // NotFound: pruned, so the step runs again
    }
  };
  for (const reference of request.cacheFrom) await takeCache(reference, request, parts, bases, target, signal);
  await using origins = openOrigins({ layers, bases, target, request });
  const { run, done } = await buildStages({
    plan, bases, host, target, report, origins,
    execution: {
      id, request, graph, escape: file.directives.escape, context, work, privateFolder, namedContexts, layers, start: startProgram, log: parts.log,
      sources: { buildArgs: request.buildArgs, metaArgs: graph.metaArgs, platformArgs: platforms },
      contextUses: { left: contextReaders(graph) },
      cache: parts.cache, cacheMounts: parts.cacheMounts, runStep: parts.runStep, origin: origins.get,
      steps: { cache: parts.cache, noCache: request.noCache, hasChain, now: () => (epoch === undefined ? new Date() : new Date(epoch * 1000)).toISOString() },
    },
    signal,
  }).catch((error: unknown) => {
    throw withPlace(error, file.source);
  });
  const unused = [...request.buildArgs.keys()].filter((name) => !done.usedArgs.has(name));
  if (unused.length > 0) report({ type: 'log', step: plan.steps.length, atMs: Date.now(), stream: 2, text: `[Warning] One or more build-args ${JSON.stringify(unused)} were not consumed\n` });
  signal.throwIfAborted();
  await parts.cache.flush();
  const inline = /^(1|true)$/.test(request.buildArgs.get('BUILDKIT_INLINE_CACHE') ?? '') ? inlineCache(run.records, run.baseLayers) : {};
  return parts.images.create({ ...imageConfig(run, epoch), ...inline }, { references: request.tags });
}

/** A Dockerfile that is not understood is reported all the same: the window shows the fault on its line. */
function readable<T>(dockerfile: string, report: (event: BuildEvent) => void, read: () => T): T {
  try {
    return read();
  } catch (error) {
    report({ type: 'planned', atMs: Date.now(), stages: [], steps: [], target: 0, dockerfile, warnings: [] });
    throw error;
  }
}

/** @throws DockerfileError when the file wants findings of the checks to fail the build */
function checked(file: Dockerfile): LintResult {
  const result = lintDockerfile(file);
  const [first] = result.found;
  if (!result.isError || !first) return result;
  const each = result.found.map(({ rule, message, startLine, endLine }) => `\n${rule}: ${message}${quote({ startLine, endLine }, file.source)}`);
  throw new DockerfileError(`lint violation found for rules: ${[...new Set(result.found.map(({ rule }) => rule))].join(', ')}${each.join('')}`, { startLine: first.startLine, endLine: first.endLine });
}

/** Bad input found while a step ran is shown with its line, like a parse error. */
function withPlace(error: unknown, source: string): unknown {
  if (!(error instanceof StepFailed) || !(error.cause instanceof InvalidParameter) || error.cause instanceof DockerfileError || error.line === 0) return error;
  const quoted = quote({ startLine: error.line, endLine: error.line }, source);
  return new StepFailed(error.step, error.line, new InvalidParameter(`${error.cause.message}${quoted}`, { cause: error.cause }));
}

/** Docker's rule: a cache image that can not be had is no failure. */
async function takeCache(reference: string, request: BuildRequest, parts: BuilderParts, bases: BaseImages, target: Platform, signal: AbortSignal): Promise<void> {
  if (request.noCache) return;
  try {
    const added = importInlineCache(parts.cache, await bases.get(reference, target, () => {}));
    parts.log.debug('cache taken from an image', { reference, added });
  } catch (error) {
    signal.throwIfAborted();
    parts.log.warn('cache image could not be used', { reference, error });
  }
}

/** @throws InvalidParameter when SOURCE_DATE_EPOCH is no whole number of seconds */
function epochOf(request: BuildRequest): number | undefined {
  const text = request.buildArgs.get('SOURCE_DATE_EPOCH');
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw new InvalidParameter(`SOURCE_DATE_EPOCH must be seconds since 1970, not ${JSON.stringify(text)}`);
  return Number(text);
}

function imageConfig(run: StageRun, epoch: number | undefined): ImageConfig {
  return {
    ...run.extra,
    created: epoch === undefined ? run.created : new Date(epoch * 1000).toISOString(),
    ...(run.state.author === undefined ? {} : { author: run.state.author }),
    architecture: run.platform.architecture,
    ...(run.platform.variant === undefined ? {} : { variant: run.platform.variant }),
    os: run.platform.os,
    config: run.state.config,
    rootfs: { type: 'layers', diff_ids: run.diffIds },
    history: run.history,
  };
}

async function openContext(request: BuildRequest, body: AsyncIterable<Buffer>, work: string, signal: AbortSignal): Promise<{ context: ContextIndex; text: string }> {
  const folder = join(work, 'context');
  await mkdir(folder);
  if (request.remote !== '' && request.remote !== 'client-session') {
    const received = await receiveRemote(request.remote, folder, { start: startProgram, signal, work });
    if ('dockerfile' in received) return { context: createContextIndex(folder), text: received.dockerfile };
    return { context: received, text: request.given?.dockerfile ?? (await readDockerfile(received, request.dockerfile)) };
  }
  const context = await receiveTar(body, folder, { start: startProgram, signal });
  if (request.given) {
    context.setIgnore(parseIgnore(request.given.ignore));
    return { context, text: request.given.dockerfile };
  }
  return { context, text: await readDockerfile(context, request.dockerfile) };
}

/** Reads the Dockerfile and then hides what the .dockerignore beside it (or the context's) names. */
async function readDockerfile(context: ContextIndex, name: string): Promise<string> {
  const path = name.replace(/^(?:\.?\/)+/, '');
  if (path.split('/').includes('..')) throw new InvalidParameter(`Forbidden path outside the build context: ${name}`);
  const found = followLinks(context, path) ?? (path === 'Dockerfile' ? followLinks(context, 'dockerfile') : undefined);
  if (found === undefined || found === 'loop' || context.entry(found)?.type !== 'file') {
    const near = nearest(path.split('/').at(-1) as string, context.names(dirname(path) === '.' ? '' : dirname(path)));
    throw new InvalidParameter(`Cannot locate specified Dockerfile: ${name}${near === undefined ? '' : ` (did you mean ${near}?)`}`);
  }
  const text = await readFile(join(context.root, found), 'utf8');
  if (text === '') throw new InvalidParameter(`the Dockerfile (${name}) cannot be empty`);
  const ignoreFile = [`${found}.dockerignore`, '.dockerignore'].find((candidate) => context.entry(candidate)?.type === 'file');
  context.setIgnore(ignoreFile === undefined ? NO_IGNORE : parseIgnore(await readFile(join(context.root, ignoreFile), 'utf8')));
  return text;
}
