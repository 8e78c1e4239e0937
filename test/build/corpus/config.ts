// Instructions that only change the image's configuration.
import type { CorpusCase } from './case.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const CONFIG_CASES: CorpusCase[] = [
  { name: 'env-forms', dockerfile: 'FROM busybox:test\nENV a=1 b="two words" c=th\\ ree\nENV d four five\nENV a=2 e=$a', config: { Env: [PATH, 'a=2', 'b=two words', 'c=th ree', 'd=four five', 'e=1'] } },
  { name: 'env-substitution', dockerfile: 'FROM busybox:test\nENV x=value\nENV a=${x} b=${none:-def} c=${x:+set} d=pre${x}post e=\\$x f=\'$x\'', config: { Env: [PATH, 'x=value', 'a=value', 'b=def', 'c=set', 'd=prevaluepost', 'e=$x', 'f=$x'] } },
  { name: 'env-patterns', docker20: false, dockerfile: 'FROM busybox:test\nENV p=/usr/lib/libz.so.1\nENV a=${p##*/} b=${p%.*} c=${p/lib/LIB} d=${p//lib/LIB}', config: { Env: [PATH, 'p=/usr/lib/libz.so.1', 'a=libz.so.1', 'b=/usr/lib/libz.so', 'c=/usr/LIB/libz.so.1', 'd=/usr/LIB/LIBz.so.1'] } },
  { name: 'label-forms', dockerfile: 'FROM busybox:test\nLABEL a=b "c.d"="e f"\nLABEL g="h\\\ni" a=z', config: { Labels: { a: 'z', 'c.d': 'e f', g: 'hi' } } },
  { name: 'label-flag', dockerfile: 'FROM busybox:test\nLABEL a=file b=file', flags: ['--label', 'a=flag $x', '--label', "q=it's"], config: { Labels: { a: 'flag $x', b: 'file', q: "it's" } } },
  { name: 'cmd-exec', dockerfile: 'FROM busybox:test\nCMD ["echo", "a b"]', config: { Cmd: ['echo', 'a b'] } },
  { name: 'cmd-shell', dockerfile: 'FROM busybox:test\nCMD echo $HOME', config: { Cmd: ['/bin/sh', '-c', 'echo $HOME'] } },
  { name: 'cmd-not-json', dockerfile: "FROM busybox:test\nCMD ['echo', 'a']", config: { Cmd: ['/bin/sh', '-c', "['echo', 'a']"] } },
  { name: 'cmd-last-wins', dockerfile: 'FROM busybox:test\nCMD one\nCMD ["two"]', config: { Cmd: ['two'] } },
  { name: 'entrypoint-resets-inherited-cmd', dockerfile: 'FROM busybox:test\nENTRYPOINT ["top"]', config: { Entrypoint: ['top'], Cmd: null } },
  { name: 'entrypoint-keeps-own-cmd', dockerfile: 'FROM busybox:test\nCMD ["-b"]\nENTRYPOINT ["top"]', config: { Entrypoint: ['top'], Cmd: ['-b'] } },
  { name: 'shell-changes-forms', dockerfile: 'FROM busybox:test\nSHELL ["/bin/ash", "-ec"]\nRUN echo $0 > /out\nCMD x y', config: { Shell: ['/bin/ash', '-ec'], Cmd: ['/bin/ash', '-ec', 'x y'] }, tree: { out: 'file 0644 0:0 /bin/ash\n' } },
  { name: 'expose', dockerfile: 'FROM busybox:test\nARG p=90\nEXPOSE 80 53/udp $p 7000-7002', config: { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '90/tcp': {}, '7000/tcp': {}, '7001/tcp': {}, '7002/tcp': {} } } },
  { name: 'volume-forms', dockerfile: 'FROM busybox:test\nVOLUME /a /b\nVOLUME ["/c d"]', config: { Volumes: { '/a': {}, '/b': {}, '/c d': {} } } },
  { name: 'user-and-run', dockerfile: 'FROM busybox:test\nRUN mkdir -m 777 /d\nUSER nobody\nRUN touch /d/f && id -u > /d/u\nUSER 0:0\nRUN id -u > /d/r', config: { User: '0:0' }, tree: { 'd/f': 'file 0644 65534:65534 ', 'd/u': 'file 0644 65534:65534 65534\n', 'd/r': 'file 0644 0:0 0\n' } },
  { name: 'workdir', dockerfile: 'FROM busybox:test\nWORKDIR /a\nWORKDIR b\nWORKDIR ../c\nRUN pwd > where', config: { WorkingDir: '/a/c' }, tree: { a: 'dir 0755 0:0', 'a/b': 'dir 0755 0:0', 'a/c': 'dir 0755 0:0', 'a/c/where': 'file 0644 0:0 /a/c\n' } },
  { name: 'workdir-variable', dockerfile: 'FROM busybox:test\nENV base=/srv\nWORKDIR ${base}/app\nRUN touch x', config: { WorkingDir: '/srv/app' }, tree: { 'srv/app/x': 'file 0644 0:0 ' } },
  { name: 'stopsignal', dockerfile: 'FROM busybox:test\nARG s=USR1\nSTOPSIGNAL SIG$s', config: { StopSignal: 'SIGUSR1' } },
  { name: 'healthcheck', dockerfile: 'FROM busybox:test\nHEALTHCHECK --interval=30s --timeout=3s --retries=5 CMD wget -q localhost || exit 1', config: { Healthcheck: { Test: ['CMD-SHELL', 'wget -q localhost || exit 1'], Interval: 30e9, Timeout: 3e9, Retries: 5 } } },
  { name: 'healthcheck-none', dockerfile: 'FROM busybox:test\nHEALTHCHECK CMD ["a"]\nHEALTHCHECK NONE', config: { Healthcheck: { Test: ['NONE'] } } },
  { name: 'onbuild-recorded', dockerfile: 'FROM busybox:test\nONBUILD RUN echo hi\nONBUILD COPY . /src', config: { OnBuild: ['RUN echo hi', 'COPY . /src'] } },
  { name: 'scratch-empty', docker20: false, dockerfile: 'FROM scratch\nENV a=b\nCMD ["/x"]', config: { Env: [PATH, 'a=b'], Cmd: ['/x'] } },
  { name: 'escape-backquote', dockerfile: '# escape=`\nFROM busybox:test\nENV p=C:\\dir `\n    q=`$x\nRUN echo a\\b > /out', config: { Env: [PATH, 'p=C:\\dir', 'q=$x'] } },
  { name: 'casing-comments-blank-lines', dockerfile: '# a comment\n\nfrom busybox:test\n# another\nEnv a=1 \\\n# inside\n    b=2\n\n  cmd ["x"]\n', config: { Env: [PATH, 'a=1', 'b=2'], Cmd: ['x'] } },
  { name: 'maintainer', dockerfile: 'FROM busybox:test\nMAINTAINER me <me@localhost>', config: {} },
];
