// `docker buildx du` and `prune`: the same cache and the same rules as `docker system df` and POST /build/prune.
import type { Builder } from '../builder.ts';
import { cacheEntries, pruneCache, pruneOptions } from '../prune.ts';
import { streaming, unary, type Method } from './grpc.ts';
import { EMPTY, PRUNE_REQUEST, USAGE, USAGE_RECORD } from './messages.ts';
import type { Message } from './protobuf.ts';

type UsageRecord = Message<typeof USAGE_RECORD>;

export const usageMethods = (builder: Builder): [string, Method][] => [
  ['/moby.buildkit.v1.Control/DiskUsage', unary(EMPTY, USAGE, async () => ({ record: await records(builder) }))],
  ['/moby.buildkit.v1.Control/Prune', streaming(PRUNE_REQUEST, USAGE_RECORD, async function* ({ filter = [], all = false, keepDuration = 0, reservedSpace = 0, maxUsedSpace = 0 }) {
    const before = new Map((await records(builder)).map((record) => [record.ID, record]));
    const filters: Record<string, string[]> = {};
    for (const text of filter.flatMap((part) => part.split(',')).filter(Boolean)) filters[text.split(/[=~]/)[0] as string] = [text.replace(/^[^=~]*[=~]+/, '')];
    const query = new URLSearchParams({ filters: JSON.stringify(filters), 'keep-storage': String(Math.max(reservedSpace, maxUsedSpace)) });
    const unusedSinceMs = keepDuration > 0 ? Date.now() - keepDuration / 1e6 : undefined; // nanoseconds
    const options = pruneOptions(query);
    const { removed } = await pruneCache(builder, { ...options, all, unusedSinceMs: options.unusedSinceMs ?? unusedSinceMs });
    for (const id of removed) yield before.get(id) ?? { ID: id };
  })],
];

async function records(builder: Builder): Promise<UsageRecord[]> {
  const time = (text: string | null | undefined) => (text ? { seconds: Math.floor(Date.parse(text) / 1000), nanos: 0 } : undefined);
  return (await cacheEntries(builder)).map((entry) => ({
    ID: entry.ID, InUse: entry.InUse, Size: entry.Size, CreatedAt: time(entry.CreatedAt), LastUsedAt: time(entry.LastUsedAt),
    UsageCount: entry.UsageCount, Description: entry.Description, RecordType: entry.Type, Parents: entry.Parents ?? [],
  }));
}
