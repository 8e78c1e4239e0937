// The seam between the host registry and the ways to reach an engine. One connector per kind of host.
import type { Duplex } from 'node:stream';
import type { HostConfig, HostKind } from '../contract/hosts.ts';

/** A standing way to an engine: for SSH one multiplexed connection, for a socket nothing but its path. */
export interface Connection extends AsyncDisposable {
  /** Opens one byte stream to the engine's API. */
  dial(options: { signal?: AbortSignal }): Promise<Duplex>;
  /** Resolves when the connection is lost for good (undefined: closed on purpose). Absent: every dial stands for itself. */
  closed?: Promise<Error | undefined>;
  /** parallel streams this connection can carry; the client queues above it */
  maxStreams?: number;
  /** the address as a person would type it, when it became known only now (e.g. a socket that was found) */
  address?: string;
}

export interface ConnectOptions {
  hostId: string;
  signal: AbortSignal;
  /** a person asked for it just now, as opposed to a view that refreshes */
  byHand?: boolean;
}

export interface HostConnector<K extends HostKind = HostKind> {
  kind: K;
  /** What a person would type; holds no secret. */
  address(config: Extract<HostConfig, { kind: K }>): string;
  /** @throws EngineError subclasses whose `kind` and message the host list shows */
  connect(config: Extract<HostConfig, { kind: K }>, options: ConnectOptions): Promise<Connection>;
}

export type Connectors = { [K in HostKind]?: HostConnector<K> };
