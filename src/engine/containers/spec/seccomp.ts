// The seccomp filter of a container in OCI form: Docker's default, none, or the caller's own profile.
// Docker profiles are OCI ones plus `includes`/`excludes` conditions (capabilities, architectures, kernel), decided here.
import { InvalidParameter } from '../../wire/errors.ts';
import { ALWAYS, ON_MACHINE, WITH_CAPABILITY } from './seccomp-calls.ts';

const ALLOW = 'SCMP_ACT_ALLOW';
const ERRNO = 'SCMP_ACT_ERRNO';
const ENOSYS = 38;
const EPERM = 1;
/** CLONE_NEW* flags (sched.h): a clone that would make a namespace is refused, threads and forks are not. */
const CLONE_NAMESPACES = 0x7e020000;
/** AF_VSOCK (sys/socket.h) reaches the hypervisor around every network namespace. */
const AF_VSOCK = 40;
/** personality(2) values that change no security: PER_LINUX, PER_LINUX32, UNAME26, both, and the query. */
const PERSONALITIES = [0, 8, 0x20000, 0x20008, 0xffffffff];

const ARCHITECTURES: Record<string, string[]> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
};

/** Go's names, which profiles use, for Node's. */
const GO_ARCH: Record<string, string> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

export interface SeccompRule { names: string[]; action: string; errnoRet?: number; args?: { index: number; value: number; valueTwo?: number; op: string }[] }
export interface Seccomp { defaultAction: string; defaultErrnoRet?: number; architectures?: string[]; flags?: string[]; syscalls: SeccompRule[] }

/** Docker's default profile for a capability set. */
export function defaultSeccomp(capabilities: readonly string[], machine: string): Seccomp {
  const admin = capabilities.includes('CAP_SYS_ADMIN');
  const cloneFlagsArgument = machine === 's390x' ? 1 : 0;
  return {
    defaultAction: ERRNO,
    defaultErrnoRet: EPERM,
    ...(ARCHITECTURES[machine] && { architectures: ARCHITECTURES[machine] }),
    syscalls: [
      { names: [...new Set([...ALWAYS, ...(ON_MACHINE[machine] ?? []), ...capabilities.flatMap((name) => WITH_CAPABILITY[name] ?? [])])], action: ALLOW },
      { names: ['socket'], action: ALLOW, args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_NE' }] },
      ...PERSONALITIES.map((value) => ({ names: ['personality'], action: ALLOW, args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] })),
      ...(admin ? [] : [
        { names: ['clone'], action: ALLOW, args: [{ index: cloneFlagsArgument, value: CLONE_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] },
        // ENOSYS makes libc fall back to clone, whose flags a filter can see; clone3 hides them behind a pointer.
        { names: ['clone3'], action: ERRNO, errnoRet: ENOSYS },
      ]),
    ],
  };
}

interface DockerRule { name?: string; names?: string[]; action: string; errnoRet?: number; args?: SeccompRule['args'] | null; includes?: Condition; excludes?: Condition }
interface Condition { caps?: string[]; arches?: string[]; minKernel?: string }
interface DockerProfile { defaultAction?: string; defaultErrnoRet?: number; architectures?: string[]; archMap?: { architecture: string; subArchitectures?: string[] | null }[] | null; syscalls?: DockerRule[] | null; flags?: string[] }

/** The caller's profile text, with Docker's conditions decided. @throws InvalidParameter when it is not a profile */
export function parseSeccompProfile(text: string, capabilities: readonly string[], machine: string, kernel: string): Seccomp {
  let profile: DockerProfile;
  try {
    profile = JSON.parse(text) as DockerProfile;
  } catch (error) {
    throw new InvalidParameter('decoding seccomp profile failed', { cause: error });
  }
  if (typeof profile?.defaultAction !== 'string') throw new InvalidParameter('decoding seccomp profile failed: defaultAction is missing');
  const facts = { capabilities, arch: GO_ARCH[machine] ?? machine, kernel };
  const own = ARCHITECTURES[machine]?.[0];
  const mapped = profile.archMap?.find((entry) => entry.architecture === own);
  const architectures = profile.architectures ?? (mapped ? [mapped.architecture, ...(mapped.subArchitectures ?? [])] : undefined);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet !== undefined && { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures && { architectures }),
    ...(profile.flags && { flags: profile.flags }),
    syscalls: (profile.syscalls ?? []).filter((rule) => applies(rule, facts)).map((rule) => ({
      names: rule.names ?? (rule.name === undefined ? [] : [rule.name]),
      action: rule.action,
      ...(rule.errnoRet !== undefined && { errnoRet: rule.errnoRet }),
      ...(rule.args?.length && { args: rule.args }),
    })),
  };
}

function applies(rule: DockerRule, facts: { capabilities: readonly string[]; arch: string; kernel: string }): boolean {
  const { includes, excludes } = rule;
  const hasArch = (list?: string[]) => list?.includes(facts.arch) ?? false;
  if (excludes?.arches?.length && hasArch(excludes.arches)) return false;
  if (excludes?.caps?.some((name) => facts.capabilities.includes(name))) return false;
  if (excludes?.minKernel && !older(facts.kernel, excludes.minKernel)) return false;
  if (includes?.arches?.length && !hasArch(includes.arches)) return false;
  if (includes?.caps?.some((name) => !facts.capabilities.includes(name))) return false;
  return !(includes?.minKernel && older(facts.kernel, includes.minKernel));
}

function older(kernel: string, wanted: string): boolean {
  const [a = 0, b = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const [c = 0, d = 0] = wanted.split('.').map((part) => Number.parseInt(part, 10));
  return a < c || (a === c && b < d);
}
