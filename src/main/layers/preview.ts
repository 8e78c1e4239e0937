// What a file looks like, from its first bytes: text, a picture, an ELF program's facts, or hex. Never executes, fetches or follows.
import type { HexLine, Preview, TextLanguage } from '../contract/layers.ts';

/** Bytes that are read for a preview. */
export const PREVIEW_BYTES = 512 * 1024;
const HEX_BYTES = 16 * 1024;
const MAX_IMAGE_BYTES = PREVIEW_BYTES;

const IMAGES: [type: string, magic: (data: Buffer) => boolean][] = [
  ['image/png', (data) => data.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', (data) => data[0] === 0xff && data[1] === 0xd8 && data[2] === 0xff],
  ['image/gif', (data) => data.toString('latin1', 0, 4) === 'GIF8'],
  ['image/webp', (data) => data.toString('latin1', 0, 4) === 'RIFF' && data.toString('latin1', 8, 12) === 'WEBP'],
];

/** @param data the first PREVIEW_BYTES of the file; @param sizeBytes of all of it */
export function previewOf(data: Buffer, path: string, sizeBytes: number): Preview {
  if (sizeBytes === 0) return { type: 'none', reason: 'empty' };
  const isCut = sizeBytes > data.length;
  const image = IMAGES.find(([, magic]) => magic(data));
  if (image && !isCut && data.length <= MAX_IMAGE_BYTES) return { type: 'image', dataUrl: `data:${image[0]};base64,${data.toString('base64')}`, sizeBytes };
  if (data.toString('latin1', 0, 4) === '\x7fELF') return { type: 'elf', facts: elfFacts(data), hex: hexLines(data.subarray(0, 1024)), sizeBytes };
  const text = asText(data, isCut);
  if (text !== undefined) return { type: 'text', text, language: languageOf(path, text), isCut, sizeBytes };
  return { type: 'hex', hex: hexLines(data.subarray(0, HEX_BYTES)), isCut: sizeBytes > HEX_BYTES, sizeBytes };
}

/** The bytes as UTF-8 text; undefined when they are none. A character cut at the end is left out. */
export function asText(data: Buffer, isCut: boolean): string | undefined {
  if (data.subarray(0, 8192).includes(0)) return undefined;
  let end = data.length;
  if (isCut) for (let back = 1; back <= 3 && end - back >= 0; back++) if (((data[end - back] as number) & 0xc0) === 0xc0) { end -= back; break; }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(0, end));
  } catch {
    return undefined; // some other encoding or no text: shown as hex
  }
}

export function hexLines(data: Buffer): HexLine[] {
  const lines: HexLine[] = [];
  for (let offset = 0; offset < data.length; offset += 16) {
    const part = data.subarray(offset, offset + 16);
    lines.push({ offset, hex: part.toString('hex').replace(/(..)(?=.)/g, '$1 '), text: part.toString('latin1').replace(/[^\x20-\x7e]/g, '·') });
  }
  return lines;
}

const LANGUAGES: [TextLanguage, RegExp][] = [
  ['javascript', /\.([cm]?[jt]sx?)$/], ['python', /\.pyi?$/], ['c', /\.([ch]|cc|cpp|hpp|go|rs|java)$/], ['xml', /\.(xml|html?|svg|xhtml)$/], ['css', /\.(css|scss|less)$/],
  ['toml', /\.toml$/], ['properties', /\.(conf|cfg|ini|properties|env|service|desktop)$|^\.env/], ['dockerfile', /^(dockerfile|containerfile)/],
];

function languageOf(path: string, text: string): TextLanguage {
  const name = path.split('/').at(-1)?.toLowerCase() ?? '';
  const byName = LANGUAGES.find(([, pattern]) => pattern.test(name));
  if (byName) return byName[0];
  if (/\.(json|map|webmanifest)$/i.test(path)) return 'json';
  if (/\.ya?ml$/i.test(path)) return 'yaml';
  if (/\.(sh|bash|bashrc|profile)$/.test(path) || /^#!.*\b(ba|da|z|a)?sh\b/.test(text)) return 'shell';
  return /^\s*[{[]/.test(text) && isJson(text) ? 'json' : 'plain';
}

function isJson(text: string): boolean {
  try { JSON.parse(text); return true; } catch { return false; } // a question, not an error
}

const TYPES: Record<number, string> = { 1: 'relocatable', 2: 'executable', 3: 'shared object or position-independent executable', 4: 'core dump' };
const MACHINES: Record<number, string> = { 3: 'x86', 40: 'ARM', 62: 'x86-64', 183: 'AArch64', 243: 'RISC-V', 22: 'S390', 21: 'PowerPC64', 8: 'MIPS' };

/** Header, interpreter and what is linked, as far as the first bytes tell (elf(5)). */
function elfFacts(data: Buffer): { name: string; value: string }[] {
  const is64 = data[4] === 2;
  const isLittle = data[5] !== 2;
  const u16 = (at: number) => (at + 2 > data.length ? 0 : isLittle ? data.readUInt16LE(at) : data.readUInt16BE(at));
  const u32 = (at: number) => (at + 4 > data.length ? 0 : isLittle ? data.readUInt32LE(at) : data.readUInt32BE(at));
  const word = (at: number) => (is64 ? (isLittle ? u32(at) + u32(at + 4) * 2 ** 32 : u32(at) * 2 ** 32 + u32(at + 4)) : u32(at));
  const facts = [
    { name: 'class', value: `${is64 ? '64' : '32'}-bit, ${isLittle ? 'little' : 'big'} endian` },
    { name: 'type', value: TYPES[u16(16)] ?? String(u16(16)) },
    { name: 'machine', value: MACHINES[u16(18)] ?? String(u16(18)) },
    { name: 'entry', value: `0x${word(24).toString(16)}` },
  ];
  const programs = word(is64 ? 32 : 28);
  const entryBytes = u16(is64 ? 54 : 42);
  let isDynamic = false;
  for (let i = 0; i < Math.min(u16(is64 ? 56 : 44), 64); i++) {
    const at = programs + i * entryBytes;
    const type = u32(at);
    const offset = word(at + (is64 ? 8 : 4));
    const bytes = word(at + (is64 ? 32 : 16));
    if (type === 2) isDynamic = true;
    if (type === 3 && offset + bytes <= data.length) facts.push({ name: 'interpreter', value: data.toString('latin1', offset, offset + Math.max(0, bytes - 1)) });
  }
  facts.push({ name: 'linking', value: isDynamic ? 'dynamic' : 'static' }, { name: 'sections', value: u16(is64 ? 60 : 48) === 0 ? 'none (stripped)' : String(u16(is64 ? 60 : 48)) });
  return facts;
}
