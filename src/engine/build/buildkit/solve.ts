// What a BuildKit client wants of the Dockerfile frontend -> a build request, and the client's files beside it.
// Attribute names: moby/buildkit, frontend/dockerui/config.go and frontend/dockerfile/docs; docker/buildx, build/opt.go.
import { dirname, join } from 'node:path/posix';
import { createTarReader } from '../../layers/tar-headers.ts';
import { parseReference } from '../../registry/reference.ts';
import { InvalidParameter, NotImplemented } from '../../wire/errors.ts';
import { parseTolerant } from '../dockerfile/dockerfile.ts';
import { parseMount } from '../dockerfile/mount.ts';
import type { BuildRequest } from '../request.ts';
import { isBareRepository } from '../context/remote.ts';
import { filesAsTar } from './file-sync.ts';
import { CREDENTIALS_REQUEST, CREDENTIALS_RESPONSE, SECRET_REQUEST, SECRET_RESPONSE } from './messages.ts';
import type { Session } from './sessions.ts';

export interface Wanted {
  /** FrontendOpt of the gateway's Solve */
  attributes: Record<string, string>;
  /** of the exporter `moby` or `image` */
  exporter: Record<string, string>;
  cacheFrom: string[];
}

export interface Prepared { request: BuildRequest; body: AsyncIterable<Buffer> }

const SECRET = '/moby.buildkit.secrets.v1.Secrets/GetSecret';
const CREDENTIALS = '/moby.filesync.v1.Auth/Credentials';

/** @throws NotImplemented naming what this builder does not do; InvalidParameter */
export async function prepareBuild(wanted: Wanted, session: (attribute: string) => Promise<Session>, signal: AbortSignal): Promise<Prepared> {
  const { attributes } = wanted;
  const remote = /^(?:https?:\/\/|git(?:@|:\/\/)|ssh:\/\/)/.test(attributes['context'] ?? '') || isBareRepository(attributes['context'] ?? '') ? (attributes['context'] ?? '') : '';
  const name = attributes['filename'] ?? 'Dockerfile';
  const files = await session(attributes['dockerfilekey'] ?? 'dockerfile');
  const beside = remote !== '' && attributes['dockerfilekey'] === undefined ? new Map<string, string>() : await readFiles(files, attributes['dockerfilekey'] ?? 'dockerfile', [name, `${name}.dockerignore`, join(dirname(name), 'dockerfile')], signal);
  const dockerfile = beside.get(name) ?? (name === 'Dockerfile' ? beside.get('dockerfile') : undefined);
  if (remote === '' && dockerfile === undefined) throw new InvalidParameter(`failed to read dockerfile: open ${name}: no such file or directory`);
  const contextName = attributes['contextkey'] ?? 'context';
  const context = await session(contextName);
  const ignore = beside.get(`${name}.dockerignore`) ?? (remote === '' ? (await readFiles(context, contextName, ['.dockerignore'], signal)).get('.dockerignore') : undefined);
  const text = dockerfile ?? '';
  const request: BuildRequest = {
    ...requestOf(wanted, name, remote),
    secrets: await secretsOf(text, files, signal),
    registryConfig: await credentialsOf(text, files),
    ...(dockerfile === undefined ? {} : { given: { dockerfile, ignore: ignore ?? '' } }),
  };
  return { request, body: remote === '' ? filesAsTar(context.client, { name: contextName, exclude: patternsOf(ignore ?? ''), signal }) : (async function* () {})() };
}

function requestOf({ attributes, exporter, cacheFrom }: Wanted, dockerfile: string, remote: string): BuildRequest {
  const below = (prefix: string) => Object.entries(attributes).flatMap(([key, value]): [string, string][] => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : []));
  const network = attributes['force-network-mode'] ?? 'default';
  if (network !== 'default' && network !== 'host' && network !== 'none' && network !== 'sandbox') throw new InvalidParameter(`network mode ${JSON.stringify(network)} is not supported for builds: use default, host or none`);
  const shmSize = Number(attributes['shm-size'] ?? 0);
  return {
    dockerfile, remote, network: network === 'sandbox' ? 'default' : network,
    tags: (exporter['name'] ?? '').split(',').filter(Boolean),
    target: attributes['target'] ?? '', platform: attributes['platform'] ?? '',
    buildArgs: new Map(below('build-arg:')), labels: Object.fromEntries(below('label:')),
    noCache: attributes['no-cache'] !== undefined, pull: attributes['image-resolve-mode'] === 'pull', quiet: false,
    extraHosts: (attributes['add-hosts'] ?? '').split(',').filter(Boolean).map((host) => host.replace('=', ':')),
    cacheFrom,
    limits: { ...(shmSize > 0 ? { ShmSize: shmSize } : {}), ...(attributes['cgroup-parent'] ? { CgroupParent: attributes['cgroup-parent'] } : {}), ...(attributes['ulimit'] ? { Ulimits: attributes['ulimit'].split(',').map(ulimit) } : {}) },
    secrets: new Map(), ssh: new Map(), registryConfig: undefined,
    namedContexts: new Map(below('context:').map(([name, value]) => [name.toLowerCase(), imageContext(name, value)])),
  };
}

function imageContext(name: string, value: string): string {
  const match = /^docker-image:\/\/(.+)$/.exec(value);
  if (!match) throw new NotImplemented(`build context ${name}=${value}: only docker-image://REFERENCE is supported`);
  return match[1] as string;
}

function ulimit(text: string): { Name: string; Soft: number; Hard: number } {
  const match = /^(\w+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (!match) throw new InvalidParameter(`invalid ulimit ${JSON.stringify(text)}`);
  return { Name: match[1] as string, Soft: Number(match[2]), Hard: Number(match[3] ?? match[2]) };
}

/** Small files of a folder of the client, as text. */
async function readFiles({ client }: Session, folder: string, names: readonly string[], signal: AbortSignal): Promise<Map<string, string>> {
  const found = new Map<string, Buffer[]>();
  const reader = createTarReader({
    hash: false,
    onEntry: () => {},
    onContent: (entry) => {
      const chunks: Buffer[] = [];
      found.set(Buffer.from(entry.path, 'latin1').toString('utf8'), chunks);
      return (piece) => void chunks.push(Buffer.from(piece));
    },
  });
  for await (const chunk of filesAsTar(client, { name: folder, follow: names, signal })) reader.write(chunk);
  return new Map([...found].map(([path, chunks]) => [path, Buffer.concat(chunks).toString('utf8')]));
}

/** The patterns of a .dockerignore as the client's filter takes them. */
const patternsOf = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace(/^(!?)\s*\/+/, '$1').replace(/(.)\/+$/, '$1'));

/** Values of the secrets that the file names; one the client does not have is the step's own failure. */
async function secretsOf(dockerfile: string, { client, methods }: Session, signal: AbortSignal): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (!methods.has(SECRET.toLowerCase())) return found;
  const mounts = parseTolerant(dockerfile).file.instructions.flatMap((instruction) => (instruction.kind === 'RUN' ? instruction.mounts.map((mount) => parseMount(mount)) : []));
  for (const id of new Set(mounts.flatMap((mount) => (mount.type === 'secret' ? (mount.id ?? []) : [])))) {
    const { data } = await client.call(SECRET, SECRET_REQUEST, SECRET_RESPONSE, { ID: id }).catch(() => ({ data: undefined })); // not given: said by the step that needs it
    signal.throwIfAborted();
    if (data) found.set(id, data);
  }
  return found;
}

/** What the client knows of the registries of the base images, in the form of X-Registry-Config. */
async function credentialsOf(dockerfile: string, { client, methods }: Session): Promise<string | undefined> {
  if (!methods.has(CREDENTIALS.toLowerCase())) return undefined;
  const { instructions } = parseTolerant(dockerfile).file;
  const hosts = new Set(instructions.flatMap((instruction) => (instruction.kind === 'FROM' && !instruction.base.includes('$') ? hostOf(instruction.base) : [])));
  const known: [string, { username: string; password: string }][] = [];
  for (const host of hosts) {
    const { Username, Secret } = await client.call(CREDENTIALS, CREDENTIALS_REQUEST, CREDENTIALS_RESPONSE, { Host: host }).catch(() => ({ Username: undefined, Secret: undefined })); // without: the pull is anonymous
    if (Username && Secret) known.push([host, { username: Username, password: Secret }]);
  }
  return known.length === 0 ? undefined : Buffer.from(JSON.stringify(Object.fromEntries(known))).toString('base64url');
}

function hostOf(reference: string): string[] {
  try {
    return [parseReference(reference).domain];
  } catch {
    return []; // the name of a stage, or one the build itself will refuse
  }
}
