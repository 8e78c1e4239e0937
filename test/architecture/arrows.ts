// Who may import whom (docs/architecture.md draws it). A rule is a row with its reason; the reason is what a failing
// test prints, so that nobody has to look up why.

import type { Import, Source } from './sources.ts';

/** Folders of the engine, lowest first. A folder imports only from lower rows (`sideways`: also from its own row). */
const engineRows: { names: string[]; sideways?: boolean }[] = [
  { names: ['wire', 'base', 'needs.ts'], sideways: true },
  { names: ['kernel', 'tools'], sideways: true },
  { names: ['registry', 'content'] },
  { names: ['layers'] },
  { names: ['images', 'networks', 'volumes'] },
  { names: ['build', 'containers'] },
  { names: ['api'] },
  { names: ['data-root.ts', 'engine.ts'], sideways: true },
  { names: ['check.ts', 'index.ts', 'daemon.ts'], sideways: true },
];

/** Pure modules of the engine that main may use besides `wire`: the same algebra in two places. */
const pureEngine = /^src\/engine\/(layers\/(tar|tree|advice|report|expand)(-[a-z]+)*|build\/(dockerfile\/(dockerfile|ast)|checks\/(lint|advice|finding)|context\/ignore|events|summary))\.ts$/;

interface Arrow {
  reason: string;
  /** the imports of `source` that break this rule */
  broken(source: Source): Import[];
}

const inFolder = (path: string, folder: string) => path.startsWith(`${folder}/`);

export const arrows: Record<string, Arrow> = {
  'engine stands alone': {
    reason: 'the engine is a program of its own: it runs as root on servers without a window, so it knows no GUI',
    broken: (source) => when(source, 'src/engine', (entry) => /^src\/(main|renderer)\//.test(entry.target) || entry.target === 'electron' || /^(react|@mantine|@orpc)\b/.test(entry.target)),
  },
  'the engine points downwards': {
    reason: 'inside the engine a folder knows only lower ones (wire, base <- kernel, tools <- registry, content <- layers <- images, networks, volumes <- build, containers <- api <- engine.ts <- index, daemon); what it needs of others it declares in needs.ts and is given by engine.ts',
    broken: (source) => {
      const row = rowOf(source.path);
      return when(source, 'src/engine', (entry) => {
        if (!inFolder(entry.target, 'src/engine') || nameOf(entry.target) === nameOf(source.path)) return false;
        const target = rowOf(entry.target);
        return target > row || (target === row && !engineRows[row]?.sideways);
      });
    },
  },
  'the renderer sees only the contract': {
    reason: 'the renderer runs in a sandbox without Node: it asks main through src/main/contract, whichever engine or shell is behind it',
    broken: (source) => when(source, 'src/renderer', (entry) =>
      (inFolder(entry.target, 'src') && !/^src\/(renderer|main\/contract)\//.test(entry.target)) || /^(node:|electron$|koffi|ssh2|ws$|@orpc\/server)/.test(entry.target)),
  },
  'the contract is only schemas': {
    reason: 'the contract is read by both sides: schemas and types, no I/O',
    broken: (source) => when(source, 'src/main/contract', (entry) => !entry.isType && !inFolder(entry.target, 'src/main/contract') && !/^(zod|@orpc\/contract)$/.test(entry.target)),
  },
  'main does not see the renderer': {
    reason: 'main serves any page that speaks the contract',
    broken: (source) => when(source, 'src/main', (entry) => inFolder(entry.target, 'src/renderer')),
  },
  'main reaches the engine over its socket': {
    reason: 'local and remote engines differ in dial() alone, so main uses wire types and pure code of the engine, and starts it in hosts/local.ts',
    broken: (source) => when(source, 'src/main', (entry) =>
      inFolder(entry.target, 'src/engine') && !inFolder(entry.target, 'src/engine/wire') && !pureEngine.test(entry.target) && !(entry.isType && inFolder(entry.target, 'src/engine/layers')) && !(entry.isDynamic && source.path === 'src/main/hosts/local.ts')),
  },
};

/** Modules that only the named files may import at run time: one wall around each dangerous thing. */
export const soleImporters: { module: RegExp; allowed: RegExp; reason: string }[] = [
  { module: /^koffi$/, allowed: /^src\/engine\/kernel\/libc\.ts$/, reason: 'a wrong foreign call crashes the engine: all of them are read in one file' },
  { module: /^(node:)?child_process$/, allowed: /^src\/(engine\/tools\/run|main\/(processes|hosts\/local))\.ts$/, reason: 'every started program is logged, limited and awaited in one place' },
  { module: /^ssh2$/, allowed: /^src\/main\/hosts\/ssh(\.ts$|\/)/, reason: 'keys and host keys are handled in one place' },
  { module: /^(node:)?https?$/, allowed: /^src\/(engine\/(api\/(server|body|router)|registry\/.*|volumes\/.*|networks\/parent-ports)|main\/(browser.*|docker\/.*|hosts\/.*))\.ts$/, reason: 'who listens and who dials is decided in few places' },
  { module: /^(node:)?http2$/, allowed: /^src\/engine\/build\/buildkit\/grpc\.ts$/, reason: 'gRPC is framed in one place' },
  { module: /^electron$/, allowed: /^src\/main\/(electron|preload|window|tray)\.ts$/, reason: 'everything else also runs in the browser shell' },
];

function when(source: Source, folder: string, isBroken: (entry: Import) => boolean): Import[] {
  if (!inFolder(source.path, folder) || isTest(source.path)) return [];
  return source.imports.filter(isBroken);
}

export function isTest(path: string): boolean {
  return /\.test\.(ts|tsx|mjs)$|^test\/|\/testing\//.test(path);
}

/** `containers` for a file in that folder, `engine.ts` for a file beside the folders. */
function nameOf(path: string): string {
  return path.split('/')[2] ?? '';
}

/** @returns the row, or -1 for a folder that has none: every import of it then points upwards. */
export function rowOf(path: string): number {
  return engineRows.findIndex(({ names }) => names.includes(nameOf(path)));
}
