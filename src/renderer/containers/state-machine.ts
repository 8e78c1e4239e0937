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

export function isAllowed(verb: Verb, state: ContainerState): boolean {
  return MOVES.some((move) => move.verb === verb && move.from === state);
}

export function verbsFrom(state: ContainerState): Verb[] {
  return [...new Set(MOVES.filter((move) => move.from === state).map((move) => move.verb))];
}

/** Where each state is drawn, in a box of 660 x 190. */
export const PLACES: Record<Exclude<ContainerState, 'dead'>, { x: number; y: number }> = {
  created: { x: 70, y: 60 },
  running: { x: 260, y: 60 },
  paused: { x: 260, y: 160 },
  restarting: { x: 84, y: 160 },
  exited: { x: 440, y: 60 },
  removing: { x: 620, y: 60 },
};

/** The moves that are drawn as arrows; the rest would only repeat them. `bend`: how far the arrow curves, in pixels. */
export const ARROWS: { from: keyof typeof PLACES; to: keyof typeof PLACES; verbs: Verb[]; bend: number; label?: 'exit' | 'policy' }[] = [
  { from: 'created', to: 'running', verbs: ['start'], bend: 0 },
  { from: 'running', to: 'exited', verbs: ['stop', 'kill'], bend: -26 },
  { from: 'exited', to: 'running', verbs: ['start'], bend: -26 },
  { from: 'running', to: 'paused', verbs: ['pause'], bend: -18 },
  { from: 'paused', to: 'running', verbs: ['unpause'], bend: -18 },
  { from: 'running', to: 'restarting', verbs: [], bend: 0, label: 'policy' },
  { from: 'exited', to: 'removing', verbs: ['remove'], bend: 0 },
];
