// Runs the explorer's hot code on a made-up image before the first real one: fresh code is interpreted, five to ten times slower than
// the same code after some thousand rounds, and an image of 40,000 files takes no more rounds than that.
import { analyseImage } from '../../engine/layers/report.ts';
import type { TarEntry } from '../../engine/layers/tar-headers.ts';
import { openTreeFile } from '../../engine/layers/tree-file.ts';
import { createTreeFileWriter } from '../../engine/layers/tree-writer.ts';
import { createSession } from './session.ts';

const FILES = 3000;
const ROUNDS = 3;

export function warmUp(): void {
  const layers = [0, 1].map((index) => ({ digest: `${index}`, diffId: `${index}`, compressedBytes: 0, tree: openTreeFile(madeTree(index)) }));
  for (let round = 0; round < ROUNDS; round++) {
    const session = createSession(analyseImage({ image: 'warm', imageId: '', config: {}, layers }));
    session.image();
    for (const pattern of ['', 'file-1', '*-2', '/part']) {
      const mode = pattern.startsWith('*') ? 'glob' as const : 'text' as const;
      for (const scope of ['all', 'layer'] as const) session.rows({ layer: 1, scope, filter: { pattern, mode }, sort: 'size', toggled: [], isAllOpen: round > 0, from: 0, count: 200 });
    }
  }
}

/** Files in folders of 30; a tenth of them has other content in the second layer. */
function madeTree(layer: number): Buffer {
  const writer = createTreeFileWriter();
  for (let i = 0; i < FILES; i++) writer.add(madeEntry(`part-${i % 10 === 0 ? 0 : layer}/folder-${Math.floor(i / 30)}/file-${i}`, i, layer));
  return writer.finish({ entries: FILES, bytes: 0 }).bytes;
}

function madeEntry(path: string, size: number, layer: number): TarEntry {
  const hash = `${layer}${size}`.padStart(64, '0');
  return { path, type: 'file', size, storedBytes: size, mode: 0o644, uid: 0, gid: 0, mtime: 0, linkTarget: '', xattrs: '', devMajor: 0, devMinor: 0, headerOffset: 0, contentOffset: 512, hash };
}
