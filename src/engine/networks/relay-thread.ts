// The thread that carries relayed connections: pairs of sockets whose bytes never leave the kernel. The main thread hands pairs
// over and wakes it by a byte in a pipe. It waits in epoll_wait(2), where nobody can end it, hence not for longer than a second.
import { closeSync, readSync } from 'node:fs';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { closePipe, EAGAIN, endWriting, makePoll, makeWidePipe, move, PIPE_BYTES, type Pipe } from '../kernel/splice.ts';

export interface RelayThreadData { wakeFd: number }
export interface HandedOver { client: number; upstream: number }

/** One direction of a connection. */
interface Way { from: number; to: number; pipe: Pipe | undefined; held: number; hasEnded: boolean; isOver: boolean }
interface Pair { fds: readonly [number, number]; ways: readonly [Way, Way] }

const LONGEST_WAIT_MS = 1000;
const MOVES_A_TURN = 16; // then the next connection has its turn
const SPARE_PIPES = 64;
const WAKE = 0;

const { wakeFd } = workerData as RelayThreadData;
const poll = makePoll();
const pairs = new Map<number, Pair>();
const ready = new Set<number>();
const spare: Pipe[] = [];
const bell = Buffer.alloc(512);
let nextId = WAKE + 1;

poll.add(wakeFd, WAKE, 'always');
for (;;) {
  for (const id of poll.wait(ready.size > 0 ? 0 : LONGEST_WAIT_MS)) {
    if (id === WAKE) takeOver();
    else ready.add(id);
  }
  for (const id of ready) turn(id);
}

function takeOver(): void {
  readSync(wakeFd, bell);
  for (let got = receiveMessageOnPort(port()); got; got = receiveMessageOnPort(port())) {
    const { client, upstream } = got.message as HandedOver;
    const way = (from: number, to: number): Way => ({ from, to, pipe: undefined, held: 0, hasEnded: false, isOver: false });
    const id = nextId++;
    pairs.set(id, { fds: [client, upstream], ways: [way(client, upstream), way(upstream, client)] });
    poll.add(client, id);
    poll.add(upstream, id);
    ready.add(id);
  }
}

function port() {
  if (!parentPort) throw new Error('not a thread');
  return parentPort;
}

function turn(id: number): void {
  const pair = pairs.get(id);
  const found = pair?.ways.map(pump) ?? [];
  if (!found.includes('more')) ready.delete(id);
  if (!pair || !(found.includes('failed') || pair.ways.every(({ isOver }) => isOver))) return;
  pairs.delete(id);
  ready.delete(id);
  for (const { pipe } of pair.ways) if (pipe) closePipe(pipe); // it may hold bytes
  for (const fd of pair.fds) closeSync(fd);
}

/** Moves what can be moved now. `more`: its turn is over before its work; `failed`: the connection broke. */
function pump(way: Way): 'more' | 'waits' | 'failed' {
  if (way.isOver) return 'waits';
  const pipe = (way.pipe ??= spare.pop() ?? makeWidePipe());
  for (let count = 0; count < MOVES_A_TURN; count++) {
    const taken = way.hasEnded ? -EAGAIN : move(way.from, pipe.write, PIPE_BYTES);
    if (taken > 0) way.held += taken;
    else if (taken === 0) way.hasEnded = true;
    else if (taken !== -EAGAIN) return 'failed';
    const given = way.held === 0 ? -EAGAIN : move(pipe.read, way.to, way.held);
    if (given > 0) way.held -= given;
    else if (given !== -EAGAIN) return 'failed';
    if (way.hasEnded && way.held === 0) {
      endWriting(way.to);
      way.isOver = true;
    }
    if (way.isOver || (taken === -EAGAIN && given === -EAGAIN)) {
      if (way.held === 0) release(way, pipe);
      return 'waits';
    }
  }
  return 'more';
}

function release(way: Way, pipe: Pipe): void {
  way.pipe = undefined;
  if (spare.length < SPARE_PIPES) spare.push(pipe);
  else closePipe(pipe);
}
