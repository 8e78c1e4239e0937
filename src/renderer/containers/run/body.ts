// The create body of the Docker API as far as the form knows it. What it does not know is carried along untouched.

export interface PortBinding { HostIp?: string; HostPort?: string }
export interface Healthcheck { Test?: string[]; Interval?: number; Timeout?: number; StartPeriod?: number; Retries?: number }
export interface MountSpec { Type: string; Source?: string; Target: string; ReadOnly?: boolean }

export interface HostBody {
  [other: string]: unknown;
  Binds?: string[] | null;
  Mounts?: MountSpec[] | null;
  PortBindings?: Record<string, PortBinding[] | null> | null;
  RestartPolicy?: { Name: string; MaximumRetryCount?: number } | null;
  Tmpfs?: Record<string, string> | null;
  Sysctls?: Record<string, string> | null;
  Ulimits?: { Name: string; Soft: number; Hard: number }[] | null;
  Devices?: { PathOnHost: string; PathInContainer: string; CgroupPermissions: string }[] | null;
  LogConfig?: { Type: string; Config?: Record<string, string> | null } | null;
}

export interface CreateBody {
  [other: string]: unknown;
  Image?: string;
  Cmd?: string[] | null;
  Entrypoint?: string[] | null;
  Env?: string[] | null;
  Labels?: Record<string, string> | null;
  ExposedPorts?: Record<string, object> | null;
  Healthcheck?: Healthcheck | null;
  HostConfig: HostBody;
  NetworkingConfig?: { EndpointsConfig?: Record<string, { Aliases?: string[] | null } & Record<string, unknown>> };
}


