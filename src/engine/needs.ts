// What the engine's domains need of each other, as interfaces: the owner implements, engine.ts wires. Types only.
// images -> (content, layers); containers -> images, snapshots, networks, volumes; build -> images, snapshots, run step.
import type { ContainerConfig, EndpointSettings, HostConfig, MountPoint, NetworkSettings } from '@docker/node-sdk';
import type { ChainId, Digest } from './base/digest.ts';

/** OCI image configuration (image-spec v1.1, config.md), with the fields Docker adds. */
export interface ImageConfig {
  created?: string;
  author?: string;
  architecture: string;
  os: string;
  variant?: string;
  'os.version'?: string;
  comment?: string;
  config?: ContainerConfig;
  rootfs: { type: 'layers'; diff_ids: Digest[] };
  history?: ImageHistory[];
  [extra: string]: unknown;
}

export interface ImageHistory {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
}

export interface Image {
  /** digest of the configuration */
  id: Digest;
  config: ImageConfig;
  /** top of the layer stack; null for an image without layers */
  chainId: ChainId | null;
  /** uncompressed bytes of all layers */
  sizeBytes: number;
  repoTags: string[];
  repoDigests: string[];
}

export interface PullOptions {
  platform?: string;
  /** Docker's X-Registry-Auth header, base64url JSON */
  registryAuth?: string;
  signal: AbortSignal;
}

export interface Images {
  /** By id, unique id prefix, tag or digest. @throws NotFound `No such image: NAME` */
  resolve(name: string): Image;
  /** All images, newest first. */
  list(): Image[];
  /** Stores a configuration whose layers are all present; `references` become its tags. @throws NotFound when a layer is missing */
  create(config: ImageConfig, options?: { references?: string[]; parent?: Digest }): Promise<Image>;
  tag(image: Digest, reference: string): Promise<void>;
  /** Docker's pull progress lines (JSONMessage); the image can be resolved when it ends. */
  pull(reference: string, options: PullOptions): AsyncIterable<unknown>;
}

export interface CommittedLayer {
  diffId: Digest;
  chainId: ChainId;
  /** uncompressed bytes of file contents */
  sizeBytes: number;
}

/** A path that differs from the parent layers. Kind as in Docker's ContainerChange: 0 modified, 1 added, 2 deleted. */
export interface Change { path: string; kind: 0 | 1 | 2 }

export interface Snapshots {
  /** Makes the writable snapshot `key` on top of `parent` (null: empty). @throws Conflict when it exists, NotFound without parent */
  prepare(key: string, parent: ChainId | null): Promise<void>;
  /** Mounts the writable snapshot on the folder `target` (made when missing). Mounting a mounted target does nothing. */
  mount(key: string, target: string): Promise<void>;
  /** Unmounting what is not mounted does nothing. */
  unmount(target: string): Promise<void>;
  has(key: string): boolean;
  /** Layer folders, uppermost first, and the writable folders, for whoever mounts by himself. */
  paths(key: string): { lower: string[]; upper: string; work: string };
  /** Layer folders of a committed stack, uppermost first. */
  lowerOf(chain: ChainId): string[];
  /** Bytes and inodes in the writable layer. */
  usage(key: string): Promise<{ sizeBytes: number; inodes: number }>;
  changes(key: string): AsyncIterable<Change>;
  /**
   * Makes an image layer of what `key` changed. `consume`: the snapshot's files become the layer by rename and `key` is gone
   * (build); otherwise it stays as it is (commit of a container).
   */
  commit(key: string, options: { consume: boolean; signal?: AbortSignal }): Promise<CommittedLayer>;
  /** Removes the snapshot; its bytes may go in the background. Removing what is not there does nothing. */
  remove(key: string): Promise<void>;
}

/** A mount as config.json has it (runtime-spec v1.2, config.md, "Mounts"). */
export interface OciMount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
}

/** What networking needs to know of a container. */
export interface NetworkedContainer {
  id: string;
  /** without the leading slash */
  name: string;
  config: ContainerConfig;
  hostConfig: HostConfig;
  /** EndpointsConfig of the create body plus later connects */
  endpoints: Record<string, EndpointSettings>;
  /** where hosts, resolv.conf and hostname files of this container are written */
  folder: string;
}

export interface NetworkAttachment {
  /** file of the network namespace to join; null: the host's; `new`: an empty one that the runtime makes */
  netns: string | null;
  /** /etc/hosts, /etc/hostname, /etc/resolv.conf */
  mounts: OciMount[];
  /** what linked containers are known by; the container's own environment wins */
  env?: string[];
}

export interface ContainerNetworks {
  /** At create. @throws InvalidParameter, NotFound, NotImplemented */
  validate(container: NetworkedContainer): Promise<void>;
  /** At start. Undoes its own half when it fails. @throws Conflict when a port or address is taken */
  attach(container: NetworkedContainer, options: { signal?: AbortSignal }): Promise<NetworkAttachment>;
  /** After the container's end or a failed start; twice does nothing. */
  detach(containerId: string): Promise<void>;
  /** After an engine restart: keep what running containers use, repair what is missing, remove the rest. */
  adopt(running: readonly NetworkedContainer[]): Promise<void>;
  /** When the container is removed: forget its endpoints. */
  forget(containerId: string): Promise<void>;
  settings(container: NetworkedContainer): NetworkSettings;
}

/** What networks and volumes may ask of the containers; engine.ts gives it to them once both are open. */
export interface NetworkUsers {
  /** By id, name or unique id prefix. @throws NotFound `No such container: NAME` */
  find(idOrName: string): NetworkedContainer & { isRunning: boolean; pid: number };
  list(): (NetworkedContainer & { isRunning: boolean })[];
  /** While `work` runs the container neither starts nor ends. */
  exclusively<T>(containerId: string, work: () => Promise<T>): Promise<T>;
  /** After connect and disconnect: keeps the endpoints in the container's record. */
  saveEndpoints(containerId: string, endpoints: Record<string, EndpointSettings>): Promise<void>;
}

/** A container and what it mounts, so that volumes know who uses them. */
export interface VolumeUser { id: string; name: string; isRunning: boolean; points: readonly MountPoint[] }

/** What volumes need to know of a container. */
export interface MountingContainer {
  id: string;
  name: string;
  config: ContainerConfig;
  hostConfig: HostConfig;
}

export interface ContainerVolumes {
  /** At create: Binds, Mounts, Volumes, VolumesFrom become mount points; volumes are made. @throws InvalidParameter, NotFound */
  resolve(container: MountingContainer, mountsOf: (idOrName: string) => readonly MountPoint[]): Promise<MountPoint[]>;
  /** At start: mounts for config.json, after copying image content into new volumes. `rootfs` is mounted. */
  mount(container: MountingContainer, points: readonly MountPoint[], rootfs: string): Promise<OciMount[]>;
  /** At the container's end; twice does nothing. */
  unmount(containerId: string): Promise<void>;
  /** At removal; `anonymous`: also remove the anonymous volumes that only this container used. */
  release(containerId: string, options: { anonymous: boolean }): Promise<void>;
}

/** One command in a prepared root file system: a RUN of a build, a helper for backups. Runs under the OCI runtime, leaves nothing. */
export interface RunStep {
  (step: {
    /** mounted root file system */
    rootfs: string;
    argv: string[];
    env: string[];
    cwd: string;
    /** `user[:group]` as in an image configuration; empty: root */
    user: string;
    mounts?: OciMount[];
    /** `default` (the default bridge), `host`, `none`, or the name or id of a network */
    network: string;
    hostname?: string;
    extraHosts?: string[];
    limits?: Pick<HostConfig, 'Memory' | 'MemorySwap' | 'CpuShares' | 'CpuQuota' | 'CpuPeriod' | 'CpusetCpus' | 'PidsLimit' | 'Ulimits' | 'ShmSize' | 'CgroupParent'>;
    /** 1 stdout, 2 stderr */
    output: (stream: 1 | 2, chunk: Buffer) => void;
    /** abort kills every process of the step */
    signal: AbortSignal;
  }): Promise<{ exitCode: number; oomKilled: boolean }>;
}
