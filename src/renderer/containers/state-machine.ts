// The life of a container as states and moves (Engine API, "Container lifecycle"). The engine decides; the page draws the same
// machine and offers only what the engine would accept.
import type { ContainerState } from '../../main/contract/containers.ts';

export type Verb = 'start' | 'stop' | 'restart' | 'kill' | 'pause' | 'unpause' | 'remove';

export interface Move { verb: Verb; from: ContainerState; to: ContainerState }

export const MOVES: Move[] = [
  { verb: 'start', from: 'created', to: 'running' },
  { verb: 'pause', from: 'running', to: 'paused' },
  { verb: 'unpause', from: 'paused', to: 'running' },
  { verb: 'stop', from: 'running', to: 'exited' },
  { verb: 'kill', from: 'running', to: 'exited' },
  { verb: 'start', from: 'exited', to: 'running' },
  { verb: 'restart', from: 'running', to: 'running' },
  { verb: 'stop', from: 'restarting', to: 'exited' },
  { verb: 'stop', from: 'paused', to: 'exited' },
  { verb: 'kill', from: 'paused', to: 'exited' },
  { verb: 'restart', from: 'exited', to: 'running' },
  { verb: 'restart', from: 'paused', to: 'running' },
  { verb: 'remove', from: 'exited', to: 'removing' },
  { verb: 'remove', from: 'created', to: 'removing' },
  { verb: 'remove', from: 'dead', to: 'removing' },
];

/** @param open the states the engine says it may go to; without them, the machine's own */
export function isAllowed(verb: Verb, state: ContainerState, open?: ContainerState[]): boolean {
  return MOVES.some((move) => move.verb === verb && move.from === state && (open === undefined || move.to === state || open.includes(move.to)));
}

export function verbsFrom(state: ContainerState): Verb[] {
  return [...new Set(MOVES.filter((move) => move.from === state).map((move) => move.verb))];
}

/** Where each state is drawn, in a box of 680 x 196. */
export const PLACES: Record<ContainerState, { x: number; y: number }> = {
  created: { x: 70, y: 60 },
  running: { x: 260, y: 60 },
  paused: { x: 260, y: 160 },
  restarting: { x: 84, y: 160 },
  exited: { x: 440, y: 60 },
  removing: { x: 620, y: 60 },
  dead: { x: 620, y: 160 },
};

interface DrawnMove {
  from: ContainerState;
  to: ContainerState;
  /** empty: nobody asks for it, it happens */
  verbs: Verb[];
  /** how far the arrow curves, in pixels */
  bend: number;
  label?: 'policy' | 'fails';
  /** where its words stand; without it there are none */
  words?: { x: number; y: number; anchor: 'start' | 'middle' | 'end' };
}

/** The moves that are drawn as arrows; the rest would only repeat them. */
export const ARROWS: DrawnMove[] = [
  { from: 'created', to: 'running', verbs: ['start'], bend: 0, words: { x: 165, y: 53, anchor: 'middle' } },
  { from: 'running', to: 'exited', verbs: ['stop', 'kill'], bend: -26, words: { x: 350, y: 41, anchor: 'middle' } },
  { from: 'exited', to: 'running', verbs: ['start'], bend: -26, words: { x: 350, y: 88, anchor: 'middle' } },
  { from: 'running', to: 'paused', verbs: ['pause'], bend: -18, words: { x: 277, y: 114, anchor: 'start' } },
  { from: 'paused', to: 'running', verbs: ['unpause'], bend: -18, words: { x: 243, y: 114, anchor: 'end' } },
  { from: 'paused', to: 'exited', verbs: ['stop', 'kill'], bend: 0, words: { x: 386, y: 130, anchor: 'start' } },
  { from: 'running', to: 'restarting', verbs: [], bend: 14, label: 'policy', words: { x: 146, y: 106, anchor: 'end' } },
  { from: 'restarting', to: 'running', verbs: [], bend: 14 },
  { from: 'exited', to: 'removing', verbs: ['remove'], bend: 0, words: { x: 530, y: 53, anchor: 'middle' } },
  { from: 'removing', to: 'dead', verbs: [], bend: -18, label: 'fails', words: { x: 637, y: 114, anchor: 'start' } },
  { from: 'dead', to: 'removing', verbs: ['remove'], bend: -18, words: { x: 603, y: 114, anchor: 'end' } },
];
