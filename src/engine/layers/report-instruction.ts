// Image history read back as Dockerfile lines. Three builders leave three forms of `created_by`:
//   docker build (legacy)  "/bin/sh -c #(nop)  CMD [\"sh\"]" and "/bin/sh -c apt-get update"
//   BuildKit               "RUN /bin/sh -c apt-get update # buildkit", "COPY a b # buildkit"
//   Podman, Buildah        "/bin/sh -c apt-get update", "/bin/sh -c #(nop) COPY file:… in /x"

/** The part of an image configuration the explorer reads (image-spec config.md). */
export interface ImageConfig {
  created?: string;
  author?: string;
  architecture?: string;
  os?: string;
  variant?: string;
  config?: {
    Env?: string[]; Cmd?: string[]; Entrypoint?: string[]; WorkingDir?: string; User?: string; Labels?: Record<string, string>;
    ExposedPorts?: Record<string, unknown>; Volumes?: Record<string, unknown>; StopSignal?: string;
  };
  rootfs?: { type?: string; diff_ids?: string[] };
  history?: { created?: string; created_by?: string; author?: string; comment?: string; empty_layer?: boolean }[];
}

/** One line of history; `layer` is the index of the layer it made, undefined when it made none (ENV, CMD, …). */
export interface Step { layer: number | undefined; instruction: string; created: string | undefined; comment: string | undefined }

/** History and layers brought together. Layers that history does not know follow without instruction. */
export function stepsOf(config: ImageConfig, layerCount: number): Step[] {
  const steps: Step[] = [];
  let layer = 0;
  for (const entry of config.history ?? []) {
    const isEmpty = entry.empty_layer === true;
    if (!isEmpty && layer >= layerCount) continue; // more history than layers: a layer was cut off
    steps.push({ layer: isEmpty ? undefined : layer++, instruction: toInstruction(entry.created_by ?? ''), created: entry.created, comment: entry.comment });
  }
  while (layer < layerCount) steps.push({ layer: layer++, instruction: '', created: undefined, comment: undefined });
  return steps;
}

/** "RUN apt-get update" and the like from a history entry; text that fits no form is returned as it is. */
export function toInstruction(createdBy: string): string {
  let text = createdBy.replace(/\s+# buildkit$/, '').trim();
  const noOperation = /^\/bin\/sh -c #\(nop\)\s*/.exec(text);
  if (noOperation) text = text.slice(noOperation[0].length).replace(/^(ADD|COPY) (?:file|dir|multi):[0-9a-f]+ in /, '$1 … ').trim();
  else if (text.startsWith('/bin/sh -c ')) text = `RUN ${text.slice(11).trim()}`;
  else if (/^\|\d+ /.test(text)) text = `RUN ${text.replace(/^\|\d+ .*?\/bin\/sh -c /s, '')}`; // build arguments are put in front
  return text.replace(/^RUN \/bin\/sh -c /, 'RUN ').replace(/^(RUN) {2,}/, '$1 ');
}

/** "RUN", "COPY", …; '' when there is none. */
export function verbOf(instruction: string): string {
  return /^([A-Z]+)\b/.exec(instruction)?.[1] ?? '';
}
