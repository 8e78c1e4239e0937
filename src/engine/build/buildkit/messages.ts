// BuildKit's messages as far as a Dockerfile build needs them. Names and numbers: moby/buildkit v0.20, api/services/control/control.proto,
// frontend/gateway/pb/gateway.proto, session/*/*.proto; tonistiigi/fsutil, types/{wire,stat}.proto.
import { bool, bytes, int, list, map, message, string } from './protobuf.ts';

const timestamp = { seconds: int(1), nanos: int(2) };
const platform = { Architecture: string(1), OS: string(2), Variant: string(3) };
const version = { package: string(1), version: string(2), revision: string(3) };
const worker = { ID: string(1), Labels: map(2), platforms: list(message(3, platform)), BuildkitVersion: message(5, version) };
const capability = { ID: string(1), Enabled: bool(2) };
const cacheEntry = { Type: string(1), Attrs: map(2) };

export const EMPTY = {};
export const WORKERS = { record: list(message(1, worker)) };
export const INFO = { buildkitVersion: message(1, version) };

export const SOLVE_REQUEST = {
  Ref: string(1), ExporterDeprecated: string(3), ExporterAttrsDeprecated: map(4), Session: string(5), Frontend: string(6), FrontendAttrs: map(7),
  Cache: message(8, { Imports: list(message(5, cacheEntry)) }), Exporters: list(message(13, { Type: string(1), Attrs: map(2) })),
};
export const SOLVE_RESPONSE = { ExporterResponse: map(1) };

export const BYTES = { data: bytes(1) };
export const USAGE_RECORD = { ID: string(1), InUse: bool(3), Size: int(4), CreatedAt: message(6, timestamp), LastUsedAt: message(7, timestamp), UsageCount: int(8), Description: string(9), RecordType: string(10), Parents: list(string(12)) };
export const USAGE = { record: list(message(1, USAGE_RECORD)) };
export const PRUNE_REQUEST = { filter: list(string(1)), all: bool(2), keepDuration: int(3), reservedSpace: int(4), maxUsedSpace: int(5) };

export const STATUS_REQUEST = { Ref: string(1) };
export const VERTEX = { digest: string(1), inputs: list(string(2)), name: string(3), cached: bool(4), started: message(5, timestamp), completed: message(6, timestamp), error: string(7) };
export const STATUS_RESPONSE = {
  vertexes: list(message(1, VERTEX)),
  logs: list(message(3, { vertex: string(1), timestamp: message(2, timestamp), stream: int(3), msg: bytes(4) })),
  warnings: list(message(4, { vertex: string(1), level: int(2), short: bytes(3) })),
};

const ref = { id: string(1) };
const result = { ref: message(3, ref) };
export const PONG = { FrontendAPICaps: list(message(1, capability)), LLBCaps: list(message(2, capability)), Workers: list(message(3, worker)) };
export const GATEWAY_SOLVE_REQUEST = { Definition: bytes(1), Frontend: string(2), FrontendOpt: map(3), CacheImports: list(message(12, cacheEntry)) };
export const GATEWAY_SOLVE_RESPONSE = { result: message(3, result) };
export const RETURN_REQUEST = { error: message(2, { code: int(1), message: string(2) }) };

const stat = { path: string(1), mode: int(2), size: int(5), modTime: int(6), linkname: string(7), devmajor: int(8), devminor: int(9) };
export const PACKET = { type: int(1), stat: message(2, stat), ID: int(3), data: bytes(4) };
export const SECRET_REQUEST = { ID: string(1) };
export const SECRET_RESPONSE = { data: bytes(1) };
export const CREDENTIALS_REQUEST = { Host: string(1) };
export const CREDENTIALS_RESPONSE = { Username: string(1), Secret: string(2) };
