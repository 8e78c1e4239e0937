// Stacks an image's tree files and writes its report, away from the engine's loop: half a million entries take most of a second.
import { readFile } from 'node:fs/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { analyseImage, type ReportInput } from './report.ts';
import { openTreeFile } from './tree-file.ts';

export interface ReportTask extends Omit<ReportInput, 'layers'> {
  layers: (Omit<ReportInput['layers'][number], 'tree'> & { treePath: string })[];
}

const { layers, ...rest } = workerData as ReportTask;
const read = await Promise.all(layers.map(async ({ treePath, ...layer }) => ({ ...layer, tree: openTreeFile(await readFile(treePath)) })));
(parentPort as MessagePort).postMessage(JSON.stringify(analyseImage({ ...rest, layers: read }).report));
