// What people write and builders get wrong: ignore rules, scopes, words and links at their edges.
import type { CorpusCase } from './case.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TREE: CorpusCase['files'] = { 'a.log': '1', 'keep.log': '2', 'd/a.log': '3', 'd/e/a.log': '4', 'd/e/b.txt': '5', 'node_modules/x': '6', 'd/node_modules/y': '7', 'ab.txt': '8', 'b+c.txt': '9' };
const ignoring = (name: string, ignore: string, tree: CorpusCase['tree']): CorpusCase => ({ name: `nasty-ignore-${name}`, files: { ...TREE, '.dockerignore': ignore }, dockerfile: 'FROM busybox:test\nCOPY . /c/', tree: tree ?? {} });

export const NASTY_CASES: CorpusCase[] = [
  ignoring('any-depth', '**/*.log\n**/node_modules\n', { 'c/a.log': null, 'c/d/e/a.log': null, 'c/d/node_modules': null, 'c/node_modules': null, 'c/d/e/b.txt': 'file 0644 0:0 5' }),
  ignoring('one-level', '*/a.log\n*/*/b.txt\n', { 'c/a.log': 'file 0644 0:0 1', 'c/d/a.log': null, 'c/d/e/a.log': 'file 0644 0:0 4', 'c/d/e/b.txt': null }),
  ignoring('exception-inside-folder', 'd\n!d/e/b.txt\n', { 'c/d/a.log': null, 'c/d/e/a.log': null, 'c/d/e/b.txt': 'file 0644 0:0 5' }),
  ignoring('last-line-wins', '!keep.log\n*.log\n!a.log\n', { 'c/keep.log': null, 'c/a.log': 'file 0644 0:0 1', 'c/d/a.log': 'file 0644 0:0 3' }),
  ignoring('slashes-spaces-comments', '  /a.log  \n#keep.log\n./d/e/\n\n/node_modules/\n', { 'c/a.log': null, 'c/keep.log': 'file 0644 0:0 2', 'c/d/e': null, 'c/node_modules': null, 'c/d/node_modules/y': 'file 0644 0:0 7' }),
  ignoring('special-characters', 'b+c.txt\n[a]b.???\n', { 'c/b+c.txt': null, 'c/ab.txt': null }),
  ignoring('dots-climb', 'd/../a.log\n', { 'c/a.log': null, 'c/d/a.log': 'file 0644 0:0 3' }),
  ignoring('dockerfile-itself', 'Dockerfile\n.dockerignore\n', { 'c/Dockerfile': null, 'c/.dockerignore': null, 'c/a.log': 'file 0644 0:0 1' }),
  { name: 'nasty-env-hides-arg', dockerfile: 'FROM busybox:test\nENV v=env\nARG v=arg\nRUN echo $v > /o\nLABEL l=$v', flags: ['--build-arg', 'v=flag'], config: { Labels: { l: 'env' } }, tree: { o: 'file 0644 0:0 env\n' } },
  { name: 'nasty-arg-of-arg', dockerfile: 'ARG tag=test\nFROM busybox:$tag\nARG tag\nARG a=${tag}-x\nARG b="${a} y"\nENV e=$b', config: { Env: [PATH, 'e=test-x y'] } },
  { name: 'nasty-arg-ends-with-stage', dockerfile: 'FROM busybox:test AS one\nARG a=1\nENV e=$a\nFROM one\nENV f=[$a]', config: { Env: [PATH, 'e=1', 'f=[]'] } },
  { name: 'nasty-nested-default', dockerfile: 'FROM busybox:test\nENV a=1\nENV b=${none:-${a:+${a}2}} c=${none:-}', config: { Env: [PATH, 'a=1', 'b=12', 'c='] } },
  { name: 'nasty-quotes', dockerfile: 'FROM busybox:test\nENV a="it\'s" b=\'say "x"\' c="a\\"b" d=x"y z"w', config: { Env: [PATH, "a=it's", 'b=say "x"', 'c=a"b', 'd=xy zw'] } },
  { name: 'nasty-crlf', dockerfile: 'FROM busybox:test\r\nENV a=1 \\\r\n  b=2\r\nCMD ["x"]\r\n', config: { Env: [PATH, 'a=1', 'b=2'], Cmd: ['x'] } },
  { name: 'nasty-byte-order-mark', dockerfile: '\ufeffFROM busybox:test\nENV a=1', config: { Env: [PATH, 'a=1'] } },
  { name: 'nasty-comment-in-continuation', dockerfile: 'FROM busybox:test\nRUN echo a \\\n# gone\n\n   # gone too\n  b > /o', tree: { o: 'file 0644 0:0 a b\n' } },
  { name: 'nasty-hash-in-word', dockerfile: 'FROM busybox:test\nENV a=x#y\nRUN echo "#no comment" > /o # shell comment', config: { Env: [PATH, 'a=x#y'] }, tree: { o: 'file 0644 0:0 #no comment\n' } },
  { name: 'nasty-workdir-through-link', dockerfile: 'FROM busybox:test\nRUN mkdir /real && ln -s /real /l\nWORKDIR /l/new\nRUN pwd > /o', tree: { 'real/new': 'dir 0755 0:0', l: 'link /real' } },
  { name: 'nasty-chained-links-stay-inside', files: { 'one': { link: 'two' }, two: { link: 'dir/three' }, 'dir/three': { link: '../end' }, end: 'e' }, dockerfile: 'FROM busybox:test\nCOPY one /f', tree: { f: 'file 0644 0:0 e' } },
  { name: 'nasty-stage-name-is-an-image', dockerfile: 'FROM busybox:test AS busybox\nRUN echo s > /s\nFROM scratch\nCOPY --from=busybox /s /s', tree: { s: 'file 0644 0:0 s\n' } },
  { name: 'nasty-delete-then-folder', dockerfile: 'FROM busybox:test\nRUN echo f > /x\nRUN rm /x && mkdir /x && echo in > /x/y\nRUN rm -r /x && echo again > /x', tree: { x: 'file 0644 0:0 again\n', 'x/y': null } },
  { name: 'nasty-odd-names', dockerfile: 'FROM busybox:test\nRUN touch "/a b" "/-x" "/.wh-not" "/$(printf \'n\\\\nl\')"', tree: { 'a b': 'file 0644 0:0 ', '-x': 'file 0644 0:0 ', '.wh-not': 'file 0644 0:0 ' } },
  { name: 'nasty-copy-folder-onto-file', files: { 'd/x': '1' }, dockerfile: 'FROM busybox:test\nRUN touch /f\nCOPY d /f', fails: /./, exitCode: 1 },
  { name: 'nasty-link-out-of-context', files: { l: { link: '/etc/passwd' } }, dockerfile: 'FROM busybox:test\nCOPY l /x', fails: /./, exitCode: 1 },
];
