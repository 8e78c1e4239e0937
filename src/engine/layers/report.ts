// The explorer's report of one image: the JSON of the CI gate, of the engine's route and of the export, made from trees and config.
// Paths leave the byte world here: "/etc/passwd", decoded as UTF-8 with U+FFFD where bytes are none.
import type { Advice } from './advice-item.ts';
import { adviseOn } from './advice.ts';
import { showPath } from './report-text.ts';
import { stepsOf, type ImageConfig, type Step } from './report-instruction.ts';
import { recogniseBase, type KnownImage } from './tree-base.ts';
import { layerPath, type LayerTree } from './tree-file.ts';
import { measureImage, type FileCounts, type Totals, type WasteCause, type WasteItem } from './tree-totals.ts';
import { stackLayers, type ImageTree } from './tree.ts';

export interface ReportLayer {
  index: number;
  digest: string;
  diffId: string;
  instruction: string;
  /** content bytes, uncompressed */
  sizeBytes: number;
  /** as stored in the registry or archive */
  compressedBytes: number;
  files: FileCounts;
  reclaimableBytes: number;
  created?: string;
  /** name of the image this layer was built on, when a local one has it */
  base?: string;
  sharedWith?: string[];
  /** why the layer could not be read whole; what could be read is counted */
  error?: string;
}

export interface LayersReport {
  image: string;
  imageId: string;
  platform: string;
  layers: ReportLayer[];
  totals: {
    storedBytes: number; visibleBytes: number; reclaimableBytes: number; overwrittenBytes: number; deletedLaterBytes: number;
    metadataOnlyBytes: number; duplicateContentBytes: number; compressedBytes: number; efficiency: number;
    /** bytes hidden by layers that are not from a base image / bytes these layers store; dive's userWastedPercent */
    userWastedFraction: number;
  };
  waste: { path: string; layer: number; hiddenBy: number; cause: WasteCause; bytes: number }[];
  /** equal contents under several paths, largest saving first; at most 1,000 */
  duplicates: { bytes: number; paths: string[] }[];
  advice: Advice[];
  /** every line of the image's history; those without `layer` changed only its configuration */
  history: { instruction: string; layer?: number; created?: string; comment?: string }[];
}

export interface ReportInput {
  image: string;
  imageId: string;
  config: ImageConfig;
  layers: { digest: string; diffId: string; compressedBytes: number; tree: LayerTree; error?: string }[];
  /** other images of the same engine, to recognise base layers */
  known?: readonly KnownImage[];
  /** all names of the image, when known */
  names?: readonly string[];
}

export interface Analysis { tree: ImageTree; totals: Totals; report: LayersReport }

const MAX_DUPLICATES = 1000;

/** Stacks, measures and reports. */
export function analyseImage(input: ReportInput): Analysis {
  const tree = stackLayers(input.layers.map((layer) => layer.tree));
  const totals = measureImage(tree);
  const steps = stepsOf(input.config, input.layers.length);
  const origins = recogniseBase(input.layers.map((layer) => layer.diffId), input.known ?? [], input.names ?? [input.image]);
  const { layers: measured, waste, duplicates, ...sums } = totals;
  const byLayer = new Map(steps.filter((step) => step.layer !== undefined).map((step) => [step.layer, step]));
  const layers = input.layers.map((layer, index): ReportLayer => {
    const step = byLayer.get(index) as Step;
    const own = measured[index] as Totals['layers'][number];
    const origin = origins[index];
    const error = layer.error ?? layer.tree.problem ?? refusal(layer.tree);
    return {
      index, digest: layer.digest, diffId: layer.diffId, instruction: step.instruction,
      sizeBytes: own.storedBytes, compressedBytes: layer.compressedBytes, files: own.files, reclaimableBytes: own.reclaimableBytes,
      ...(step.created === undefined ? {} : { created: step.created }),
      ...(origin?.base === undefined ? {} : { base: origin.base }),
      ...(origin?.sharedWith.length ? { sharedWith: origin.sharedWith } : {}),
      ...(error === undefined ? {} : { error }),
    };
  });
  const { os = '', architecture = '', variant } = input.config;
  const report: LayersReport = {
    image: input.image,
    imageId: input.imageId,
    platform: [os, architecture, variant].filter(Boolean).join('/'),
    layers,
    totals: { ...sums, compressedBytes: layers.reduce((sum, layer) => sum + layer.compressedBytes, 0), userWastedFraction: userWasted(layers, waste) },
    waste: waste.map((item) => ({ ...item, path: showPath(item.path) })),
    duplicates: duplicates.slice(0, MAX_DUPLICATES).map((group) => ({ bytes: group.bytes, paths: group.copies.map((copy) => showPath(layerPath(tree.layers[copy.layer] as LayerTree, copy.node))) })),
    advice: adviseOn({ tree, totals, steps, bases: origins.map((origin) => origin.base) }),
    history: steps.map((step) => ({
      instruction: step.instruction,
      ...(step.layer === undefined ? {} : { layer: step.layer }),
      ...(step.created === undefined ? {} : { created: step.created }),
      ...(step.comment ? { comment: step.comment } : {}),
    })),
  };
  return { tree, totals, report };
}

function refusal({ refused }: LayerTree): string | undefined {
  return refused === 0 ? undefined : `${refused} ${refused === 1 ? 'entry was' : 'entries were'} left out: no unpacker would place ${refused === 1 ? 'it' : 'them'} in the layer`;
}

/**
 * Bytes that layers of the user's own hid, theirs or of the base below, by what these layers store. Base layers are not the user's;
 * without a known base, the first layer counts as one. Layers that store nothing and hide something waste all they can: 1.
 */
function userWasted(layers: readonly ReportLayer[], waste: readonly WasteItem[]): number {
  const isKnown = layers.some((layer) => layer.base !== undefined);
  const isOwn = layers.map((layer) => (isKnown ? layer.base === undefined : layer.index > 0));
  const stored = layers.reduce((sum, layer) => sum + (isOwn[layer.index] ? layer.sizeBytes : 0), 0);
  const hidden = waste.reduce((sum, item) => sum + (isOwn[item.hiddenBy] ? item.bytes : 0), 0);
  return stored === 0 ? Math.min(hidden, 1) : hidden / stored;
}
