// Images as `docker save` wrote them before Docker 1.10: `repositories` names the top layers, each layer's folder ID has `json`, which
// names its parent, and `layer.tar`. There is no manifest and no list of diff ids (Docker image specification v1).
import type { ImageConfig } from '../../engine/layers/report-instruction.ts';

interface LayerJson { id?: string; parent?: string; created?: string; author?: string; comment?: string; os?: string; architecture?: string; config?: ImageConfig['config']; container_config?: { Cmd?: string[] | null } }

export interface Version1Image { names: string[]; imageId: string; config: ImageConfig; paths: string[] }

export function imagesOfVersion1({ documents }: { documents: ReadonlyMap<string, unknown> }): Version1Image[] {
  const layers = new Map<string, LayerJson>();
  for (const [path, document] of documents) {
    const id = /^([^/]+)\/json$/.exec(path)?.[1];
    if (id !== undefined && (document as LayerJson | null)?.id === id) layers.set(id, document as LayerJson);
  }
  const names = new Map<string, string[]>();
  for (const [repository, tags] of Object.entries((documents.get('repositories') ?? {}) as Record<string, Record<string, string>>)) {
    for (const [tag, id] of Object.entries(tags)) names.set(id, [...(names.get(id) ?? []), `${repository}:${tag}`]);
  }
  const parents = new Set([...layers.values()].map((layer) => layer.parent));
  const tops = names.size > 0 ? [...names.keys()] : [...layers.keys()].filter((id) => !parents.has(id));
  return tops.map((top) => {
    const chain: string[] = [];
    for (let id: string | undefined = top; id !== undefined && !chain.includes(id); id = layers.get(id)?.parent) chain.unshift(id);
    const last = layers.get(top) ?? {};
    return {
      names: names.get(top) ?? [], imageId: '',
      config: {
        ...(last.os === undefined ? {} : { os: last.os }), ...(last.architecture === undefined ? {} : { architecture: last.architecture }), ...(last.config === undefined ? {} : { config: last.config }),
        history: chain.map((id) => {
          const { created, comment, container_config: made } = layers.get(id) ?? {};
          return { created_by: (made?.Cmd ?? []).join(' '), ...(created === undefined ? {} : { created }), ...(comment ? { comment } : {}) };
        }),
      },
      paths: chain.map((id) => `${id}/layer.tar`),
    };
  });
}
