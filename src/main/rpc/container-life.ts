// Our engine's answer about a container's life, read for the page. Pure.
import type { Life } from '../contract/container-tools.ts';
import type { ContainerState } from '../contract/containers.ts';

/** GET /gantry/containers/{id}/history */
export interface WireLife {
  State: ContainerState;
  Moves: ContainerState[];
  StopDeadline: string | null;
  /** the engine's clock, which need not be ours */
  Now?: string;
  History: { From: ContainerState | null; To: ContainerState; At: string; Cause: string }[];
}

export function lifeOf(wire: WireLife, nowMs = Date.now()): Life {
  const engineNowMs = wire.Now === undefined ? nowMs : Date.parse(wire.Now);
  return {
    moves: wire.Moves,
    ...(wire.StopDeadline === null ? {} : { killInMs: Math.max(0, Date.parse(wire.StopDeadline) - engineNowMs) }),
    history: wire.History.map(({ From, To, At, Cause }) => ({ from: From, to: To, atMs: Date.parse(At), cause: Cause })),
  };
}
