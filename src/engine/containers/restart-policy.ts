// When a container that ended starts again, and after which pause. Pure.
import type { RestartPolicy } from '@docker/node-sdk';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
/** A run this long counts as a success: the pause begins anew (as in docker). */
const GOOD_RUN_MS = 10_000;

export interface Ended { exitCode: number; manuallyStopped: boolean; ranMs: number; restartCount: number; lastPauseMs: number }

/** @returns the pause in ms, or undefined when it stays down */
export function restartPause(policy: RestartPolicy | undefined, ended: Ended): number | undefined {
  if (ended.manuallyStopped || !wantsRestart(policy, ended)) return undefined;
  if (ended.ranMs >= GOOD_RUN_MS || ended.lastPauseMs === 0) return FIRST_PAUSE_MS;
  return Math.min(ended.lastPauseMs * 2, LONGEST_PAUSE_MS);
}

function wantsRestart(policy: RestartPolicy | undefined, { exitCode, restartCount }: Ended): boolean {
  switch (policy?.Name) {
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (!policy.MaximumRetryCount || restartCount < policy.MaximumRetryCount);
    default:
      return false;
  }
}
