// Compiled seccomp filters, kept: compiling Docker's profile is over half of a container's start (shared/bench/FLOORS.md, finding 2).
// crun leaves the compiled filter in `<state>/<id>/seccomp.bpf` and takes it back as annotation `run.oci.seccomp_bpf_data`,
// which overrides the profile: only this module may set that annotation.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/json-file.ts';
import type { OciRuntime } from '../tools/oci-runtime.ts';
import { withNewCallsUnknown } from './seccomp-patch.ts';
import type { OciSpec } from './spec/spec.ts';

const ANNOTATION = 'run.oci.seccomp_bpf_data';
const MAX_KEPT = 64;
/** changes when what is kept changes */
const FORM = 'new calls unknown';

export interface SeccompCache {
  /** Puts a kept filter into the spec. @returns a function to call once the container was created: keeps a new filter, whose first container has it as it was compiled */
  apply(spec: OciSpec): Promise<(containerId: string) => Promise<void>>;
}

export function openSeccompCache(folder: string, runtime: OciRuntime): SeccompCache {
  const filters = new Map<string, string | null>();
  const nothing = async () => {};
  const lookUp = async (key: string): Promise<string | null> => {
    const known = filters.get(key);
    if (known !== undefined) return known;
    const bytes = await readFile(join(folder, key)).catch(() => null); // not kept yet
    const value = bytes && bytes.length > 0 && bytes.length % 8 === 0 ? bytes.toString('base64') : null;
    if (filters.size >= MAX_KEPT) filters.clear();
    filters.set(key, value);
    return value;
  };
  return {
    async apply(spec) {
      const { seccomp } = spec.linux;
      if (runtime.name !== 'crun' || !seccomp) return nothing;
      const key = createHash('sha256').update(`${FORM} ${runtime.name} ${runtime.version} ${process.arch} `).update(JSON.stringify(seccomp)).digest('hex');
      const kept = await lookUp(key);
      if (kept !== null) {
        spec.annotations = { ...spec.annotations, [ANNOTATION]: kept };
        return nothing;
      }
      return async (containerId) => {
        const bytes = await readFile(join(runtime.stateRoot, containerId, 'seccomp.bpf')).catch(() => null); // this crun keeps none
        // sizeof(struct sock_filter) is 8: anything else is not a whole filter
        if (!bytes || bytes.length === 0 || bytes.length % 8 !== 0) return;
        const filter = withNewCallsUnknown(bytes, seccomp.defaultAction);
        await writeFileAtomic(join(folder, key), filter);
        filters.set(key, filter.toString('base64'));
      };
    },
  };
}
