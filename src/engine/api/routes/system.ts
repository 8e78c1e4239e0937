// /_ping, /version, /info. Shapes: Docker Engine API v1.47, tag System.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { arch, cpus, hostname, release, totalmem, type } from 'node:os';
import { fileSystemName } from '../../kernel/file-system-name.ts';
import { randomId } from '../../base/ids.ts';
import { json, text, type Reply } from '../reply.ts';
import { get, head, type Route } from '../router.ts';
import { API_VERSION, ENGINE_VERSION, MIN_API_VERSION } from '../version.ts';

export interface SystemNeeds {
  identityFile: string;
  dataRoot: string;
  counts(): { containers: number; running: number; paused: number; stopped: number; images: number };
  /** extra facts for /info, e.g. the runtime found by probing */
  facts?(): Record<string, unknown>;
}

const ARCH: Record<string, string> = { x64: 'amd64', arm64: 'arm64', arm: 'arm', ia32: '386', ppc64: 'ppc64le', s390x: 's390x', riscv64: 'riscv64' };
const PING_HEADERS = { 'Cache-Control': 'no-cache, no-store, must-revalidate', Pragma: 'no-cache', 'Builder-Version': '1', Swarm: 'inactive' };

export function systemRoutes(needs: SystemNeeds): Route[] {
  const ping = (): Reply => text('OK', 200, PING_HEADERS);
  return [
    get('/_ping', ping),
    head('/_ping', ping),
    get('/version', () => json(version())),
    get('/info', async () => json(await info(needs))),
  ];
}

const machine = () => ARCH[arch()] ?? arch();

function version() {
  const details = { ApiVersion: API_VERSION, Arch: machine(), KernelVersion: release(), MinAPIVersion: MIN_API_VERSION, Os: 'linux' };
  return {
    Platform: { Name: 'Gantry' },
    Version: ENGINE_VERSION,
    ...details,
    GitCommit: '',
    GoVersion: '',
    BuildTime: '',
    Components: [{ Name: 'Gantry', Version: ENGINE_VERSION, Details: { ...details, NodeVersion: process.version } }],
  };
}

async function info(needs: SystemNeeds) {
  const counts = needs.counts();
  const unified = readText('/proc/self/mounts').includes(' /sys/fs/cgroup cgroup2 ');
  return {
    ID: await identity(needs.identityFile),
    Containers: counts.containers,
    ContainersRunning: counts.running,
    ContainersPaused: counts.paused,
    ContainersStopped: counts.stopped,
    Images: counts.images,
    Driver: 'overlay2',
    DriverStatus: [['Backing Filesystem', fileSystemName(needs.dataRoot)], ['Supports d_type', 'true']],
    Plugins: { Volume: ['local'], Network: ['bridge', 'host', 'ipvlan', 'macvlan', 'none'], Authorization: null, Log: ['json-file', 'none'] },
    MemoryLimit: true, SwapLimit: true, CpuCfsPeriod: true, CpuCfsQuota: true, CPUShares: true, CPUSet: true, PidsLimit: true,
    KernelMemory: false, KernelMemoryTCP: false,
    BridgeNfIptables: isOn('/proc/sys/net/bridge/bridge-nf-call-iptables'),
    BridgeNfIp6tables: isOn('/proc/sys/net/bridge/bridge-nf-call-ip6tables'),
    IPv4Forwarding: isOn('/proc/sys/net/ipv4/ip_forward'),
    Debug: false,
    OomKillDisable: !unified,
    NFd: readdirSync('/proc/self/fd').length,
    NGoroutines: 0,
    SystemTime: new Date().toISOString(),
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: unified ? '2' : '1',
    NEventsListener: 0,
    KernelVersion: release(),
    OperatingSystem: /^PRETTY_NAME="?([^"\n]*)/m.exec(readText('/etc/os-release'))?.[1] ?? type(),
    OSVersion: /^VERSION_ID="?([^"\n]*)/m.exec(readText('/etc/os-release'))?.[1] ?? '',
    OSType: 'linux',
    Architecture: arch() === 'x64' ? 'x86_64' : arch() === 'arm64' ? 'aarch64' : arch(),
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      AllowNondistributableArtifactsCIDRs: [], AllowNondistributableArtifactsHostnames: [],
      InsecureRegistryCIDRs: ['127.0.0.0/8', '::1/128'], IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } }, Mirrors: [],
    },
    GenericResources: null,
    CDISpecDirs: [],
    NCPU: cpus().length,
    MemTotal: totalmem(),
    DockerRootDir: needs.dataRoot,
    Name: hostname(),
    Labels: [],
    ExperimentalBuild: false,
    ServerVersion: ENGINE_VERSION,
    LiveRestoreEnabled: true,
    Isolation: '',
    InitBinary: 'tini',
    SecurityOptions: ['name=seccomp,profile=builtin'],
    Swarm: { LocalNodeState: 'inactive', NodeID: '', NodeAddr: '', ControlAvailable: false, Error: '', RemoteManagers: null },
    Warnings: [],
    ...needs.facts?.(),
  };
}

const isOn = (path: string): boolean => readText(path).trim() === '1';

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // an optional fact of the machine
  }
};

async function identity(path: string): Promise<string> {
  const kept = readText(path).trim();
  if (kept) return kept;
  const made = randomId().slice(0, 32);
  await writeFile(path, made);
  return made;
}
