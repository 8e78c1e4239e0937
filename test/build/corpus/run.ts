// RUN, its environment, mounts and heredocs; ARG scopes; stages.
import type { CorpusCase } from './case.ts';

export const RUN_CASES: CorpusCase[] = [
  { name: 'run-forms', dockerfile: 'FROM busybox:test\nRUN echo "a  b" > /s\nRUN ["sh", "-c", "echo $0 x > /e", "zero"]\nRUN echo one \\\n  && echo two > /c', tree: { s: 'file 0644 0:0 a  b\n', e: 'file 0644 0:0 zero x\n', c: 'file 0644 0:0 two\n' } },
  { name: 'run-deletes', dockerfile: 'FROM busybox:test\nRUN mkdir -p /d/e && touch /d/e/f /d/g\nRUN rm /d/g && rm -r /d/e && mkdir /d/e && touch /d/e/new', tree: { 'd/g': null, 'd/e/f': null, 'd/e/new': 'file 0644 0:0 ' } },
  { name: 'run-modes-links-fifo', dockerfile: 'FROM busybox:test\nRUN cd / && touch f && chmod 4711 f && ln f hard && ln -s f soft && mkfifo p && mkdir -m 2775 sg && chown 1:2 sg', tree: { f: 'file 4711 0:0 ', hard: 'file 4711 0:0 ', soft: 'link f', p: 'fifo 0644 0:0', sg: 'dir 2775 1:2' } },
  { name: 'run-leaves-no-stubs', dockerfile: 'FROM scratch\nCOPY busybox /sh\nSHELL ["/sh", "-c"]\nRUN echo x > /x', files: { busybox: { content: '@busybox', mode: 0o755 } }, tree: { x: 'file 0644 0:0 x\n', proc: null, sys: null, dev: null, 'etc/resolv.conf': null, etc: null }, docker20: false },
  { name: 'run-environment', dockerfile: 'FROM busybox:test\nARG given\nARG def=d\nARG none\nENV e=env def2=$def\nRUN echo "$given $def ${none-unset} $e $def2" > /o', flags: ['--build-arg', 'given=g'], tree: { o: 'file 0644 0:0 g d unset env d\n' } },
  { name: 'run-hosts', dockerfile: 'FROM busybox:test\nRUN grep -c extra.test /etc/hosts > /o', flags: ['--add-host', 'extra.test:10.9.8.7'], tree: { o: 'file 0644 0:0 1\n' } },
  { name: 'run-network-none', dockerfile: 'FROM busybox:test\nRUN ls /sys/class/net | tr "\\n" " " > /o', flags: ['--network', 'none'], tree: { o: 'file 0644 0:0 lo ' } },
  { name: 'run-heredoc', docker20: false, dockerfile: 'FROM busybox:test\nRUN <<EOF\nset -e\nx=1\necho $x > /o\nEOF\nRUN cat <<A <<"B" > /p\nfirst\nA\nsecond\nB\nRUN <<EOF\n#!/bin/busybox sh\necho "$0" > /q\nEOF', tree: { o: 'file 0644 0:0 1\n', q: 'file 0644 0:0 /dev/pipes/EOF\n' } },
  { name: 'run-mount-bind', docker20: false, files: { 'f/x': 'from context' }, dockerfile: 'FROM busybox:test AS s\nRUN echo stage > /s\nFROM busybox:test\nRUN --mount=target=/ctx --mount=from=s,source=/s,target=/mnt/s cat /ctx/f/x /mnt/s > /o\nRUN --mount=target=/rw,rw echo new > /rw/f/y && cp /rw/f/y /o2', tree: { o: 'file 0644 0:0 from contextstage\n', o2: 'file 0644 0:0 new\n', ctx: null, 'mnt': null, rw: null } },
  { name: 'run-mount-cache-tmpfs', docker20: false, dockerfile: 'FROM busybox:test\nRUN --mount=type=cache,target=/c,id=corpus echo 1 > /c/f\nRUN --mount=type=cache,target=/other,id=corpus --mount=type=tmpfs,target=/t cat /other/f > /o && touch /t/x', tree: { o: 'file 0644 0:0 1\n', c: null, other: null, t: null } },
  { name: 'run-secret-absent', docker20: false, dockerfile: 'FROM busybox:test\nRUN --mount=type=secret,id=none [ ! -e /run/secrets/none ] && echo ok > /o', tree: { o: 'file 0644 0:0 ok\n', run: null } },
  { name: 'arg-scopes', dockerfile: 'ARG v=meta\nFROM busybox:test\nARG v\nARG w=$v-w\nRUN echo "$v $w" > /o\nFROM busybox:test\nCOPY --from=0 /o /o\nRUN echo "[$v]" > /p', tree: { o: 'file 0644 0:0 meta meta-w\n', p: 'file 0644 0:0 []\n' } },
  { name: 'arg-in-from', dockerfile: 'ARG name=busybox\nARG tag=wrong\nFROM ${name}:${tag}\nCMD ["x"]', flags: ['--build-arg', 'tag=test'], config: { Cmd: ['x'] } },
  { name: 'arg-env-precedence', dockerfile: 'FROM busybox:test\nARG a=arg\nENV a=env\nRUN echo $a > /o\nARG a=again\nRUN echo $a >> /o', flags: ['--build-arg', 'a=flag'], tree: { o: 'file 0644 0:0 env\nenv\n' } },
  { name: 'arg-platform', docker20: false, dockerfile: 'FROM --platform=$BUILDPLATFORM busybox:test\nARG TARGETPLATFORM\nARG TARGETARCH\nRUN echo $TARGETPLATFORM $TARGETARCH > /o', tree: { o: `file 0644 0:0 linux/${process.arch === 'x64' ? 'amd64' : process.arch} ${process.arch === 'x64' ? 'amd64' : process.arch}\n` } },
  { name: 'stages-copy-from', dockerfile: 'FROM busybox:test AS build\nRUN mkdir -p /out/d && echo bin > /out/app && chmod 711 /out/app && chown 9:9 /out/app && ln -s app /out/l && echo d > /out/d/f\nFROM scratch\nCOPY --from=build /out/ /\nCOPY --from=0 /out/app /bin/\nCOPY --from=build --chown=4:5 /out /own/', tree: { app: 'file 0711 9:9 bin\n', l: 'link app', 'd/f': 'file 0644 0:0 d\n', 'bin/app': 'file 0711 9:9 bin\n', 'own/app': 'file 0711 4:5 bin\n' } },
  { name: 'stages-copy-from-glob-chown', dockerfile: 'FROM busybox:test AS b\nRUN mkdir /o && touch /o/a.so /o/b.so /o/c.txt\nFROM busybox:test\nCOPY --from=b --chown=3:3 /o/*.so /lib2/', tree: { 'lib2/a.so': 'file 0644 3:3 ', 'lib2/b.so': 'file 0644 3:3 ', 'lib2/c.txt': null } },
  { name: 'stages-copy-from-image', dockerfile: 'FROM scratch\nCOPY --from=busybox:test /etc/group /g', tree: { g: 'file 0644 0:0 root:x:0:\nnogroup:x:65534:\n' } },
  { name: 'stages-target', dockerfile: 'FROM busybox:test AS one\nENV s=1\nFROM one AS two\nENV s=2\nFROM busybox:test\nRUN false', flags: ['--target', 'two'], config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 's=2'] } },
  { name: 'stages-inherit', dockerfile: 'FROM busybox:test AS base\nENV a=1\nWORKDIR /w\nUSER nobody\nCMD ["c"]\nFROM base\nENV b=$a', config: { WorkingDir: '/w', User: 'nobody', Cmd: ['c'] } },
  { name: 'hard-links-across-layers', dockerfile: 'FROM busybox:test\nRUN mkdir /h && echo 1 > /h/a && ln /h/a /h/b\nRUN echo 2 >> /h/a', tree: { 'h/a': 'file 0644 0:0 1\n2\n' } },
];

export const FAILING_CASES: CorpusCase[] = [
  { name: 'fail-exit-code', dockerfile: 'FROM busybox:test\nRUN exit 7', fails: /returned a non-zero code: 7/, exitCode: 7 },
  { name: 'fail-missing-file', dockerfile: 'FROM busybox:test\nCOPY nothere /', fails: /nothere.*(does not exist|no such file)/s, exitCode: 1 },
  { name: 'fail-outside', files: { a: 'x' }, dockerfile: 'FROM busybox:test\nCOPY ../a /', fails: /forbidden path outside the build context/i, exitCode: 1 },
  { name: 'fail-unknown-instruction', dockerfile: 'FROM busybox:test\nRUNN x', fails: /unknown instruction: RUNN/, exitCode: 1 },
  { name: 'fail-ignored-file', files: { 'a.log': 'x', '.dockerignore': '# logs\n*.log\n' }, dockerfile: 'FROM busybox:test\nCOPY a.log /', fails: /a\.log/, exitCode: 1 },
  { name: 'fail-many-to-file', files: { a: '1', b: '2' }, dockerfile: 'FROM busybox:test\nCOPY a b /file', fails: /more than one source file/, exitCode: 1 },
  { name: 'fail-no-match', dockerfile: 'FROM busybox:test\nCOPY *.zip /', fails: /no source files were specified/, exitCode: 1 },
  { name: 'fail-no-from', dockerfile: 'RUN x', fails: /no build stage in current context/i, exitCode: 1 },
  { name: 'fail-command-not-found', dockerfile: 'FROM busybox:test\nRUN nosuchcommand', fails: /non-zero code: 127/, exitCode: 127 },
  { name: 'fail-unknown-user-chown', files: { a: '' }, dockerfile: 'FROM busybox:test\nCOPY --chown=nosuch a /', fails: /nosuch/, exitCode: 1 },
  { name: 'fail-loop-link', files: { l: { link: 'l' } }, dockerfile: 'FROM busybox:test\nCOPY l /x', fails: /./, exitCode: 1 },
  { name: 'fail-signal', dockerfile: 'FROM busybox:test\nRUN sh -c "kill -9 \\$\\$"; exit $?', fails: /non-zero code: 137/, exitCode: 137 },
  { name: 'fail-shell-not-json', dockerfile: 'FROM busybox:test\nSHELL bash', fails: /JSON form/, exitCode: 1 },
];
