// English texts of the run and edit forms.
export default {
  search: 'Search all settings', nothing: 'No such setting', perLine: 'One a line', preview: 'The same on the command line', copyLine: 'Copy the command line',
  sections: { basic: 'Basic', process: 'Process', network: 'Network', storage: 'Storage', resources: 'Resources', health: 'Health check', safety: 'Isolation', other: 'Logging and runtime' },
  fields: {
    image: 'Image', name: 'Name', command: 'Command', env: 'Environment', ports: 'Published ports', volumes: 'Volumes and folders', restart: 'Restart', autoRemove: 'Remove it when it ends',
    entrypoint: 'Entrypoint', workingDir: 'Working folder', user: 'User', hostname: 'Host name', labels: 'Labels', tty: 'Terminal', interactive: 'Keep input open', stopSignal: 'Stop signal', stopTimeout: 'Stop grace, seconds',
    healthCmd: 'Health command', healthInterval: 'Every', healthTimeout: 'Time limit', healthStart: 'Start period', healthRetries: 'Failures until unhealthy', noHealth: 'No health check',
    network: 'Network', aliases: 'Names in the network', publishAll: 'Publish all exposed ports', dns: 'DNS servers', dnsSearch: 'DNS search domains', hosts: 'Extra hosts',
    mounts: 'Mounts', tmpfs: 'Memory folders', volumesFrom: 'Volumes of other containers', readOnly: 'Read-only root',
    logDriver: 'Log driver', logOptions: 'Log options', runtime: 'OCI runtime',
    memory: 'Memory', memorySwap: 'Memory and swap', memoryReservation: 'Memory reservation', cpus: 'CPUs', cpuShares: 'CPU shares', cpuset: 'CPU set', pids: 'Process limit', blkio: 'Disk weight', shm: 'Shared memory', oomScore: 'OOM score', ulimits: 'Ulimits',
    init: 'Init process', privileged: 'Privileged', capAdd: 'Add capabilities', capDrop: 'Drop capabilities', securityOpt: 'Security options', devices: 'Devices', sysctls: 'Sysctls', groups: 'Extra groups', pid: 'PID namespace', ipc: 'IPC namespace', uts: 'UTS namespace', cgroupns: 'Cgroup namespace', userns: 'User namespace',
  },
  problems: {
    name: 'Letters, digits, and . _ - after the first', pair: 'NAME=value', duration: 'Like 30s or 1m30s', number: 'A number', absolute: 'An absolute path', signal: 'A signal like SIGTERM', size: 'A size like 512m or 2g', cpus: 'A number above 0', cpuset: 'Like 0-1 or 0,2', blkio: '10 to 1000', ulimit: 'Like nofile=1024:2048',
    port: 'Like 8080:80 or 80/udp', portRange: 'Ports go from 1 to 65535', portLength: 'Both ranges must be equally long', volume: 'Like data:/path or /host:/path:ro', restart: 'no, on-failure[:N], unless-stopped or always', address: 'An IP address', extraHost: 'Like name:10.0.0.5', mount: 'Needs target=/path', device: 'A path below /dev',
  },
  import: { open: 'From a docker run line', read: 'Fill in the form', unknown: 'Filled in, but the form does not have: {{flags}}', notDocker: 'The line begins with docker run.', notRun: 'Only docker run and docker create can be read.', noImage: 'There is no image in this line.' },
  templates: { title: 'Templates', save: 'Save as template…', remove: 'Delete template {{name}}' },
  edit: {
    changes: 'Changes', field: 'Setting', before: 'Now', after: 'Then', live: 'Change it while it runs', recreates: 'This makes a new container. The old one is kept until the new one runs, and comes back if it does not.', nothing: 'Nothing changed yet.', apply: 'Apply', recreate: 'Recreate',
    steps: { stop: 'Stop the old container', rename: 'Put the old container aside', create: 'Create the new container', connect: 'Connect to network', start: 'Start it', health: 'Wait until it is well', cleanup: 'Remove the old container', done: 'Done', failed: 'Failed:', restored: 'The old container is back' },
  },
};
