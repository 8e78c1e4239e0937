// Files of a BuildKit client as the tar of a build context. The client lists what it has, the engine asks for contents, and both go on at
// once. Protocol: tonistiigi/fsutil, send.go and receive.go; file modes are Go's os.FileMode.
import { InvalidParameter } from '../../wire/errors.ts';
import { TAR_END, tarHeader, tarPadding, type TarItem } from '../../layers/tar-writer.ts';
import type { GrpcClient } from './grpc.ts';
import { PACKET } from './messages.ts';
import type { Message } from './protobuf.ts';

type Packet = Message<typeof PACKET>;
type Stat = NonNullable<Packet['stat']>;

const STAT = 0;
const REQUEST = 1;
const DATA = 2;
const FIN = 3;
const FAILED = 4;
/** Contents asked for before their turn: hides the way there and back, and bounds what waits in memory. */
const AHEAD_BYTES = 4 * 1024 * 1024;
const AHEAD_FILES = 256;

export interface SyncOptions {
  /** the client's name of the folder: `context`, `dockerfile` */
  name: string;
  exclude?: readonly string[];
  /** only these, and what their links lead to */
  follow?: readonly string[];
  signal: AbortSignal;
}

/** @throws InvalidParameter when a file changes while it is read */
export async function* filesAsTar(client: GrpcClient, { name, exclude = [], follow = [], signal }: SyncOptions): AsyncGenerator<Buffer> {
  const stream = client.open('/moby.filesync.v1.FileSync/DiffCopy', PACKET, PACKET, { ...headerOf('dir-name', [name]), ...headerOf('exclude-patterns', exclude), ...headerOf('followpaths', follow) }, signal);
  const stats: Stat[] = [];
  for await (const packet of packetsOf(stream.messages)) {
    if (packet.stat?.path === undefined || packet.stat.path === '') break;
    stats.push(packet.stat);
  }
  const contents = stats.flatMap((stat, id) => (hasContent(stat) ? [{ id, sizeBytes: stat.size ?? 0 }] : []));
  const waiting = new Map<number, Buffer[]>(); // what came before its turn
  const over = new Set<number>();
  let [asked, aheadBytes, aheadFiles] = [0, 0, 0];
  const askAhead = async () => {
    for (let next = contents[asked]; next && (aheadFiles === 0 || (aheadBytes + next.sizeBytes <= AHEAD_BYTES && aheadFiles < AHEAD_FILES)); next = contents[asked]) {
      asked++;
      aheadFiles++;
      aheadBytes += next.sizeBytes;
      await stream.send({ type: REQUEST, ID: next.id });
    }
  };
  const content = async function* (id: number): AsyncGenerator<Buffer> {
    await askAhead();
    yield* waiting.get(id) ?? [];
    waiting.delete(id);
    while (!over.has(id)) {
      const { value: packet, done } = await stream.messages.next();
      if (done) throw new InvalidParameter('the client ended before all files were there');
      refuse(packet);
      const from = packet.ID ?? 0;
      const data = packet.data ?? Buffer.alloc(0);
      if (data.length === 0) over.add(from);
      else if (from === id) yield data;
      else waiting.set(from, [...(waiting.get(from) ?? []), data]);
    }
    over.delete(id);
    aheadFiles--;
    aheadBytes -= stats[id]?.size ?? 0;
  };
  for (const [id, stat] of stats.entries()) {
    const item = tarItem(stat);
    if (item === undefined) continue;
    yield tarHeader(item);
    if (!hasContent(stat)) continue;
    let came = 0;
    for await (const data of content(id)) {
      came += data.length;
      if (came > item.size) break;
      yield data;
    }
    if (came !== item.size) throw new InvalidParameter(`${stat.path ?? ''} changed while it was read: ${came} bytes instead of ${item.size}`);
    yield tarPadding(item.size);
  }
  yield TAR_END;
  await stream.send({ type: FIN });
  for await (const packet of packetsOf(stream.messages)) if (packet.type === FIN) break;
  stream.end();
}

async function* packetsOf(messages: AsyncGenerator<Packet>): AsyncGenerator<Packet> {
  for (let step = await messages.next(); !step.done; step = await messages.next()) {
    refuse(step.value);
    yield step.value;
  }
}

function refuse(packet: Packet): void {
  if (packet.type === FAILED) throw new InvalidParameter(`the client cannot send the build context: ${packet.data?.toString('utf8') ?? ''}`);
  if (packet.type !== undefined && ![STAT, DATA, FIN].includes(packet.type)) throw new InvalidParameter(`unexpected packet ${packet.type} from the client`);
}

/** os.FileMode: the type bits of Go, permissions as everywhere. */
const GO = { dir: 2 ** 31, symlink: 2 ** 27, device: 2 ** 26, pipe: 2 ** 25, socket: 2 ** 24, setuid: 2 ** 23, setgid: 2 ** 22, char: 2 ** 21, sticky: 2 ** 20 };
const has = (mode: number, bit: number): boolean => Math.floor(mode / bit) % 2 === 1;
const isRegular = (mode: number): boolean => ![GO.dir, GO.symlink, GO.device, GO.pipe, GO.socket, GO.char].some((bit) => has(mode, bit));
const hasContent = (stat: Stat): boolean => isRegular(stat.mode ?? 0) && (stat.linkname ?? '') === '';

/** undefined for what an archive cannot hold: a socket */
function tarItem(stat: Stat): TarItem | undefined {
  const mode = stat.mode ?? 0;
  if (has(mode, GO.socket)) return undefined;
  const type = has(mode, GO.dir) ? 'dir' : has(mode, GO.symlink) ? 'symlink' : has(mode, GO.pipe) ? 'fifo' : has(mode, GO.device) ? (has(mode, GO.char) ? 'char' : 'block') : (stat.linkname ?? '') === '' ? 'file' : 'hardlink';
  const special = (has(mode, GO.setuid) ? 0o4000 : 0) + (has(mode, GO.setgid) ? 0o2000 : 0) + (has(mode, GO.sticky) ? 0o1000 : 0);
  const bytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
  return {
    path: bytes(stat.path ?? '') + (type === 'dir' ? '/' : ''), type, size: type === 'file' ? (stat.size ?? 0) : 0, mode: (mode & 0o777) + special, uid: 0, gid: 0,
    mtime: Math.floor((stat.modTime ?? 0) / 1e9), linkTarget: bytes(stat.linkname ?? ''), devMajor: stat.devmajor ?? 0, devMinor: stat.devminor ?? 0,
  };
}

/** gRPC metadata is ASCII: what is not goes percent-encoded, and a second header says so (session/filesync/filesync.go). */
function headerOf(name: string, values: readonly string[]): Record<string, string | string[]> {
  if (values.length === 0) return {};
  if (values.every((value) => /^[\x20-\x7e]*$/.test(value))) return { [name]: [...values] };
  return { [name]: values.map((value) => encodeURIComponent(value)), [`${name}-encoded`]: '1' };
}
