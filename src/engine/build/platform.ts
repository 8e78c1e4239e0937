// Platforms `os/arch[/variant]`: normalised as containerd does it, and the ARGs a build gets from them.
import { ARCHITECTURES, ARCHITECTURE_ALIASES } from '../base/platform-names.ts';

export interface Platform { os: string; architecture: string; variant?: string }

/** Node's process.arch -> Go's GOARCH */
const NODE: Record<string, string> = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm', ppc64: 'ppc64le', s390x: 's390x', riscv64: 'riscv64', loong64: 'loong64' };

export function hostPlatform(nodeArch: string): Platform {
  const architecture = NODE[nodeArch] ?? nodeArch;
  return { os: 'linux', architecture, ...(architecture === 'arm' ? { variant: 'v7' } : {}) };
}

/** Undefined for a text that is no platform. `arm64` alone means linux/arm64, `linux` alone the host's architecture. */
export function parsePlatform(text: string, host: Platform): Platform | undefined {
  const parts = text.trim().toLowerCase().split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part))) return undefined;
  if (parts.length === 1 && parts[0] === 'linux') return host;
  const [os, arch, variant] = parts.length === 1 ? ['linux', parts[0], undefined] : parts;
  if (os === undefined || arch === undefined) return undefined;
  const architecture = ARCHITECTURE_ALIASES[arch] ?? arch;
  if (parts.length === 1 && !ARCHITECTURES.includes(architecture)) return undefined;
  const armVariant = architecture === 'arm' ? (variant ?? (arch === 'armel' ? 'v6' : 'v7')) : architecture === 'arm64' && variant === 'v8' ? undefined : variant;
  return { os, architecture, ...(armVariant === undefined ? {} : { variant: armVariant }) };
}

export const platformText = ({ os, architecture, variant }: Platform): string => [os, architecture, variant].filter(Boolean).join('/');

export const samePlatform = (a: Platform, b: Platform): boolean =>
  a.os === b.os && a.architecture === b.architecture && (a.variant ?? '') === (b.variant ?? '');

/** ARGs that FROM lines see without declaring them and stages after `ARG NAME`. */
export function platformArgs(build: Platform, target: Platform): Map<string, string> {
  const of = (prefix: string, platform: Platform): [string, string][] => [
    [`${prefix}PLATFORM`, platformText(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
  return new Map([...of('BUILD', build), ...of('TARGET', target)]);
}
