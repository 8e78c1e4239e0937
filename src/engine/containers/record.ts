// A container's record and its state machine: the states, the allowed moves, and the history of moves with time and cause.
// The record keeps Docker's create body as it came (merged with the image's configuration); it is one JSON file on disk.
import type { ContainerConfig, EndpointSettings, HostConfig, MountPoint } from '@docker/node-sdk';
import type { ContainerId } from '../base/ids.ts';
import { Conflict } from '../wire/errors.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'removing' | 'dead';

/**
 * created -> running <-> paused; running -> exited or restarting; restarting -> running or exited; exited -> running.
 * `removing` ends in nothing; `dead` is a removal that failed and may be tried again.
 */
const MOVES: Record<ContainerState, readonly ContainerState[]> = {
  created: ['running', 'removing'],
  running: ['paused', 'exited', 'restarting'],
  paused: ['running', 'exited', 'restarting'],
  restarting: ['running', 'exited', 'removing'],
  exited: ['running', 'removing', 'restarting'],
  removing: ['dead'],
  dead: ['removing'],
};

export interface Transition {
  from: ContainerState | null;
  to: ContainerState;
  atMs: number;
  /** in words: `start`, `exit 0`, `stop`, `killed by SIGKILL`, `restart policy` … */
  cause: string;
}

export interface HealthProbe { Start: string; End: string; ExitCode: number; Output: string }

export interface ContainerRecord {
  id: ContainerId;
  /** without slash */
  name: string;
  createdAtMs: number;
  imageId: string;
  /** as the caller named it */
  image: string;
  /** image configuration and create body together */
  config: ContainerConfig;
  hostConfig: HostConfig;
  endpoints: Record<string, EndpointSettings>;
  mounts: MountPoint[];
  /** entrypoint and command */
  args: string[];
  state: ContainerState;
  history: Transition[];
  /** the process on the host; 0 when there is none */
  pid: number;
  /** field 22 of /proc/PID/stat: tells this process from a later one with the same number */
  pidStartTicks: string;
  bootId: string;
  exitCode: number;
  error: string;
  oomKilled: boolean;
  startedAtMs: number;
  finishedAtMs: number;
  restartCount: number;
  /** stopped or killed by a person: restart policies leave it alone */
  manuallyStopped: boolean;
  health?: { status: 'starting' | 'healthy' | 'unhealthy'; failingStreak: number; log: HealthProbe[] };
}

const MAX_HISTORY = 256;

export const mayMove = (from: ContainerState, to: ContainerState): boolean => MOVES[from].includes(to);
/** The allowed next states, for whoever draws the machine. */
export const movesFrom = (from: ContainerState): readonly ContainerState[] => MOVES[from];

/** Changes the state and notes it in the history. @throws Conflict when the machine has no such move */
export function move(record: ContainerRecord, to: ContainerState, cause: string, atMs: number): void {
  if (!mayMove(record.state, to)) throw new Conflict(`container ${record.id.slice(0, 12)} is ${record.state} and cannot become ${to}`);
  record.history.push({ from: record.state, to, atMs, cause });
  if (record.history.length > MAX_HISTORY) record.history.splice(1, record.history.length - MAX_HISTORY);
  record.state = to;
}

export const isUp = (record: Pick<ContainerRecord, 'state'>): boolean => record.state === 'running' || record.state === 'paused';
