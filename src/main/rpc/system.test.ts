import { expect, test } from 'vitest';
import type { LayerMap } from '../contract/images.ts';
import { usage, type Df } from './system.ts';

// base (10) is in all three; tool (5) in both unused ones; each has something of its own
const layer = (sizeBytes: number) => ({ diffId: `sha256:${sizeBytes}`, sizeBytes, createdBy: '' });
const map: LayerMap = { layers: [layer(10), layer(5), layer(1), layer(2), layer(4)], images: [{ id: 'used', layers: [0, 4] }, { id: 'old', layers: [0, 1, 2] }, { id: 'older', layers: [0, 1, 3] }] };
const df: Df = { LayersSize: 22, Images: [{ Id: 'used', Containers: 1, Size: 14, SharedSize: 10 }, { Id: 'old', Containers: 0, Size: 16, SharedSize: 15 }, { Id: 'older', Containers: 0, Size: 17, SharedSize: 15 }] };

test('layers that a used image holds too do not count as bytes that could go', () => expect(usage(df, map).images).toEqual({ count: 3, active: 1, sizeBytes: 22, reclaimableBytes: 8 }));
test('without a map only what each holds alone is promised', () => expect(usage(df, undefined).images.reclaimableBytes).toBe(3));
