// Advice on what lies in the layers: package managers' caches, build tools, files a .dockerignore should keep out, keys and
// secrets, content stored twice. Paths tell what a file is; the names are those of the tools' own documentation.
import { bytesText, examples, instructionOf, type Advice, type AdviceInput } from './advice-item.ts';
import { ignoreLine, runLines, runParts } from './advice-dockerfile.ts';
import { showPath, showText } from './report-text.ts';
import { verbOf } from './report-instruction.ts';
import { KIND, layerPath, type LayerTree } from './tree-file.ts';
import { nodesNamed } from './tree-text.ts';
import { MARK, unionName, type ImageTree } from './tree.ts';

interface Place { tool: string; pattern: RegExp; /** command that empties it; undefined: the folder that was found is removed */ clean?: string }

const CACHES: Place[] = [
  { tool: 'apt', pattern: /^var\/(lib\/apt\/lists|cache\/apt)\//, clean: 'rm -rf /var/lib/apt/lists/* /var/cache/apt/*' },
  { tool: 'apk', pattern: /^var\/cache\/apk\//, clean: 'rm -rf /var/cache/apk/*' },
  { tool: 'dnf', pattern: /^var\/cache\/(yum|dnf|libdnf5)\//, clean: 'rm -rf /var/cache/yum /var/cache/dnf /var/cache/libdnf5' },
  { tool: 'pip', pattern: /(^|\/)\.cache\/pip\// },
  { tool: 'npm', pattern: /(^|\/)\.npm\/_cacache\// },
  { tool: 'yarn', pattern: /^usr\/local\/share\/\.cache\/yarn\// },
  { tool: 'go', pattern: /(^|\/)\.cache\/go-build\// },
  { tool: 'cargo', pattern: /(^|\/)\.cargo\/registry\/|^usr\/local\/cargo\/registry\// },
  { tool: 'maven', pattern: /(^|\/)\.m2\/repository\// },
  { tool: 'gradle', pattern: /(^|\/)\.gradle\/caches\// },
  { tool: 'composer', pattern: /(^|\/)\.composer\/cache\// },
];
const BUILD_TOOLS = /^usr\/(lib\/(gcc|llvm[^/]*)\/|libexec\/gcc\/|include\/|lib\/[^/]+\/[^/]+\.a$|bin\/[^/]*(gcc|g\+\+|cpp|clang|cmake|ld\.bfd|ld\.gold|gdb)[^/]*$|local\/go\/(pkg|src)\/|lib\/go-[^/]+\/)/;
const IGNORABLE = /(^|\/)(\.git|\.svn|\.hg|__pycache__|\.pytest_cache|\.mypy_cache|\.idea|\.vscode|\.nyc_output|\.DS_Store|Thumbs\.db|npm-debug\.log)(\/|$)|\.pyc$/;
const SECRET = /(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.git-credentials|\.pypirc|\.npmrc|\.env(\.(local|production|development))?|\.aws\/credentials|\.docker\/config\.json|\.kube\/config|\.vault-token|credentials\.json|service-account[^/]*\.json|terraform\.tfstate|\.htpasswd|secrets?\.(ya?ml|json|toml))$|\.(p12|pfx|keystore|jks)$|(^|\/)[^/]*(private|secret|server|tls|key)[^/]*\.pem$|\.(key|ppk)$|(^|\/)([^/]*[-_.])?(deploy|ssh|api|access|auth|signing|host|private|secret)[-_]?key(\.(txt|json))?$|(^|\/)\.?(secret|token|password|credential)s?(\.(txt|env|ini|cfg))?$/i;
const NOT_SECRET = /^(usr\/(share|lib|local\/lib|include)|etc\/(ssl\/certs|apt|pki\/rpm-gpg)|lib)\/|\/(node_modules|site-packages|dist-packages|testdata|examples?)\//;
/** Every name that SECRET, IGNORABLE and BUILD_TOOLS could mean, and some more: one cheap look at all names before the exact ones. */
const SUSPECT_NAME = /^\.(netrc|pgpass|git-credentials|pypirc|npmrc|env|vault-token|htpasswd|DS_Store)|^id_[der]|^credentials|^service-account|tfstate$|^\.?(secret|token|password|credential)|key(\.(txt|json))?$|^config(\.json)?$|\.(p12|pfx|keystore|jks|ppk|key|pem|pyc|a)$|gcc|g\+\+|cpp|clang|cmake|ld\.(bfd|gold)|gdb|^Thumbs\.db|^npm-debug/gim;
/** Folders whose whole content counts. */
const SUSPECT_FOLDER = [...CACHES.map((place) => place.pattern), /^usr\/(lib\/(gcc|llvm[^/]*|go-[^/]+)|libexec\/gcc|include|local\/go\/(pkg|src))\//, /(^|\/)(\.git|\.svn|\.hg|__pycache__|\.pytest_cache|\.mypy_cache|\.idea|\.vscode|\.nyc_output)\//];
const WORTH_SAYING_BYTES = 100_000;

interface Found { path: string; bytes: number; layer: number; node: number; isVisible: boolean }

/** Looks once at every stored copy that may matter. */
export function adviseOnContents(input: AdviceInput): Advice[] {
  const caches = new Map<string, Found[]>();
  const tools: Found[] = [];
  const ignorable = new Map<number, Found[]>();
  const secrets: Found[] = [];
  eachCopy(input.tree, (found) => {
    if (SECRET.test(found.path) && !NOT_SECRET.test(found.path)) secrets.push(found);
    const place = CACHES.find((candidate) => candidate.pattern.test(found.path));
    if (place !== undefined && found.isVisible) push(caches, `${found.layer}:${place.tool}`, found);
    else if (BUILD_TOOLS.test(found.path) && found.isVisible) tools.push(found);
    if (IGNORABLE.test(found.path) && found.isVisible && ['COPY', 'ADD'].includes(verbOf(instructionOf(input.steps, found.layer)))) push(ignorable, found.layer, found);
  });
  return [...onSecrets(input, secrets), ...onCaches(input, caches), ...onTools(input, tools), ...onIgnorable(input, ignorable), ...onDuplicates(input)];
}

/** Visits the copies of files that may matter: by their name, or by a folder above them. */
function eachCopy(tree: ImageTree, visit: (found: Found) => void): void {
  const isSuspect = nodesNamed(tree, SUSPECT_NAME);
  const paths = new Map<number, string>([[0, '']]); // of folders: union nodes come after their parents
  for (let node = 1; node < tree.nodes; node++) {
    const parent = tree.parent[node] as number;
    if (isSuspect[parent] === 2) isSuspect[node] = 2;
    const isFolder = (tree.firstChild[node + 1] as number) > (tree.firstChild[node] as number);
    if (isFolder) {
      const path = `${paths.get(parent)}${unionName(tree, node)}/`;
      paths.set(node, path);
      if (isSuspect[node] !== 2) isSuspect[node] = SUSPECT_FOLDER.some((pattern) => pattern.test(path)) ? 2 : 0;
    }
    if (isSuspect[node] === 0) continue;
    const end = tree.eventBegin[node + 1] as number;
    for (let event = tree.eventBegin[node] as number; event < end; event++) {
      const at = (tree.eventNode[event] as number) - 1;
      const layer = tree.eventLayer[event] as number;
      const own = tree.layers[layer] as LayerTree;
      if (at >= 0 && own.kind[at] === KIND.file) visit({ path: `${paths.get(parent)}${unionName(tree, node)}`, layer, node, bytes: own.stored[at] as number, isVisible: event + 1 === end });
    }
  }
}

function push<K>(groups: Map<K, Found[]>, key: K, found: Found): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [found]);
  else group.push(found);
}

const sum = (found: readonly Found[]) => found.reduce((bytes, one) => bytes + one.bytes, 0);
const bySize = (found: readonly Found[]) => examples([...found].sort((a, b) => b.bytes - a.bytes).map((one) => showPath(one.path)));

function onSecrets({ tree, steps }: AdviceInput, secrets: Found[]): Advice[] {
  return secrets.filter((found) => found.bytes > 0).flatMap((found): Advice[] => {
    const next = nextEvent(tree, found);
    if (next?.mark === MARK.metadata || next?.mark === MARK.unchanged) return []; // the same content is in the later layer: said of that
    const path = showPath(found.path);
    const verb = next === undefined ? undefined : next.mark === MARK.removed ? 'removed' : 'replaced';
    return [{
      kind: 'secret', severity: next === undefined ? 'high' : 'critical', savedBytes: 0,
      title: next === undefined ? `${path} looks like a secret and is in the image` : `${path} was ${verb} by layer ${next.layer}, but anyone can read it in layer ${found.layer}`,
      why: 'Layers are kept whole: whoever can pull the image can read every file of every layer. Treat the secret as known and replace it; give it to the build as a secret mount instead.',
      layers: next === undefined ? [found.layer] : [found.layer, next.layer],
      ...examples([path]),
      diff: secretDiff(instructionOf(steps, found.layer), path),
    }];
  });
}

function nextEvent(tree: ImageTree, found: Found): { layer: number; mark: number } | undefined {
  for (let event = tree.eventBegin[found.node] as number; event < (tree.eventBegin[found.node + 1] as number); event++) {
    const layer = tree.eventLayer[event] as number;
    if (layer > found.layer) return { layer, mark: tree.eventMark[event] as number };
  }
  return undefined;
}

function secretDiff(instruction: string, path: string): string[] {
  const id = (path.split('/').at(-1) ?? '').replace(/^\./, '').replace(/[^\w.-]/g, '_');
  const mount = `--mount=type=secret,id=${id},target=${path}`;
  const ignored = ignoreLine(instruction, path);
  if (ignored !== undefined) return ['--- .dockerignore', '+++ .dockerignore', `+${ignored}`, `+# in the instruction that needs it: RUN ${mount} …`];
  const run = runParts(instruction);
  if (run !== undefined) return [`-${instruction}`, ...runLines('+', { flags: [...run.flags, mount], commands: run.commands })];
  return [`-${instruction}`, `+RUN ${mount} <the command that needs it>`];
}

function onCaches({ steps, bases }: AdviceInput, caches: Map<string, Found[]>): Advice[] {
  const advice: Advice[] = [];
  for (const [key, found] of caches) {
    const bytes = sum(found);
    const layer = Number(key.split(':')[0]);
    const tool = key.split(':')[1] as string;
    if (bytes < WORTH_SAYING_BYTES || bases[layer] !== undefined) continue;
    const place = CACHES.find((candidate) => candidate.tool === tool) as Place;
    const folders = [...new Set(found.map((one) => showPath(one.path.slice(0, (place.pattern.exec(one.path)?.index ?? 0) + (place.pattern.exec(one.path)?.[0].length ?? 1) - 1))))];
    const clean = place.clean ?? `rm -rf ${folders.slice(0, 5).join(' ')}`;
    const instruction = instructionOf(steps, layer);
    const run = runParts(instruction);
    advice.push({
      kind: 'package-cache', severity: bytes > 20e6 ? 'high' : 'medium', savedBytes: bytes, layers: [layer], ...bySize(found),
      title: `Remove the cache of ${tool} in the same instruction (saves ${bytesText(bytes)})`,
      why: `The cache is of no use in a running container, and removing it in a later instruction saves nothing. A cache mount (RUN --mount=type=cache,target=${folders[0]}) keeps it out of the image as well and speeds up the next build.`,
      diff: run === undefined ? [` ${instruction}`, `+# in the same instruction: ${clean}`] : [`-${instruction}`, `+${instruction} \\`, `+ && ${clean}`],
    });
  }
  return advice;
}

function onTools({ steps, bases }: AdviceInput, tools: Found[]): Advice[] {
  const own = tools.filter((found) => bases[found.layer] === undefined);
  const bytes = sum(own);
  if (bytes < 5e6) return []; // a few headers are no build environment
  const layers = [...new Set(own.map((found) => found.layer))].sort((a, b) => a - b);
  const first = instructionOf(steps, layers[0] as number);
  const base = bases.findLast((name) => name !== undefined) ?? '<base>';
  return [{
    kind: 'build-tools', severity: bytes > 100e6 ? 'high' : 'medium', savedBytes: bytes, layers, ...bySize(own),
    title: `Build in a stage of its own and copy the result (saves about ${bytesText(bytes)})`,
    why: 'Compilers, headers and static libraries are in the image. What only the build needs can stay in a build stage.',
    diff: [`-FROM ${base}`, `+FROM ${base} AS build`, ` ${first}`, `+FROM ${base}`, '+COPY --from=build /path/of/result /path/of/result'],
  }];
}

function onIgnorable({ steps }: AdviceInput, ignorable: Map<number, Found[]>): Advice[] {
  return [...ignorable].map(([layer, found]): Advice => {
    const names = new Set(found.map((one) => (one.path.endsWith('.pyc') ? '**/*.pyc' : `**/${IGNORABLE.exec(one.path)?.[2]}`)));
    return {
      kind: 'dockerignore', severity: 'low', savedBytes: sum(found), layers: [layer], ...bySize(found),
      title: `Keep ${[...names].map(showText).join(', ')} out with .dockerignore (saves ${bytesText(sum(found))})`,
      why: `“${instructionOf(steps, layer)}” copies files that belong to development, not to the image.`,
      diff: ['--- .dockerignore', '+++ .dockerignore', ...[...names].map((name) => `+${showText(name)}`)],
    };
  });
}

function onDuplicates({ totals, tree, steps }: AdviceInput): Advice[] {
  const bytes = totals.duplicateContentBytes;
  if (bytes < 1e6 || bytes < totals.visibleBytes / 50) return [];
  const largest = totals.duplicates.slice(0, 20);
  const layers = [...new Set(largest.flatMap((group) => group.copies.map((copy) => copy.layer)))].sort((a, b) => a - b);
  const paths = largest.flatMap((group) => group.copies.slice(0, 4).map((copy) => showPath(layerPath(tree.layers[copy.layer] as LayerTree, copy.node))));
  return [{
    kind: 'duplicates', severity: 'low', savedBytes: bytes, layers, paths: paths.slice(0, 20),
    pathCount: totals.duplicates.reduce((count, group) => count + group.copies.length, 0),
    title: `The same content is stored under several paths (${bytesText(bytes)} in all copies but one)`,
    why: 'Hard links within one instruction, or symbolic links, store the content once.',
    diff: linkDiff(instructionOf(steps, largest[0]?.copies[1]?.layer ?? 0), paths),
  }];
}

/** The second path as a link to the first, in the instruction that stores it. */
function linkDiff(instruction: string, [first = '', second = '']: string[]): string[] {
  const run = runParts(instruction);
  if (run !== undefined) return [`-${instruction}`, `+${instruction} \\`, `+ && ln -sf ${first} ${second}`];
  return [` ${instruction}`, `+# leave ${second} out of it, and then:`, `+RUN ln -s ${first} ${second}`];
}
