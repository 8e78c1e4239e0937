// The Debian packages that Gantry uses, and what each is for. One list a purpose, so that a person who only wants
// to run Gantry is never asked to install a test tool. Runs on plain Node 20: no npm package, no TypeScript.

/** Needed to run the engine and the window. */
export const run = {
  'busybox-static': 'the debug shell for images that have none',
  'ca-certificates': 'to trust registries',
  chromium: 'the window, when Electron is not there',
  conmon: 'keeps each container alive without the engine',
  crun: 'starts containers',
  iproute2: 'bridges and network namespaces',
  nftables: 'published ports and isolation',
  rootlesskit: 'containers without root',
  runc: 'starts containers where crun cannot',
  slirp4netns: 'networks without root',
  tar: 'unpacks layers',
  tini: 'the init process of `--init`',
  uidmap: 'user ids of containers without root',
  'util-linux': 'nsenter, for exec and copy',
  zstd: 'layers compressed with zstd',
};

/** Needed besides by `npm test`. */
export const test = {
  attr: 'setfattr: the layer tests mark opaque folders',
  curl: 'a second client of the API',
  'docker-registry': 'a real registry on loopback',
  'docker.io': 'a real dockerd: copies between hosts',
  e2fsprogs: 'a journaled file system for tests that unpack a lot',
  'fonts-noto-cjk': 'Chinese text in screenshots',
  fuse3: 'fusermount3, for encrypted volumes and rclone',
  git: 'build contexts',
  gocryptfs: 'encrypted volumes',
  'openssh-client': 'keys for the SSH tests',
  'openssh-server': 'a real SSH server on loopback',
  procps: 'process lists in tests',
  rclone: 'a real volume plugin',
  skopeo: 'a second opinion on images and registries',
  socat: 'the way to a socket where sshd forbids forwarding',
};

/** Needed besides by the tests in a virtual machine, which `--skip-vm` leaves out. */
export const vm = {
  debootstrap: "the machine's file system",
  'qemu-system-x86': 'the machine',
};

export const lists = { run, test: { ...run, ...test }, vm: { ...run, ...test, ...vm } };
