// What a person compares when a host is met for the first time: SHA-256 fingerprint and OpenSSH's random art.
// The art is the "drunken bishop" walk of sshkey.c (fingerprint_randomart) over a 17 x 9 board, so it can be held
// against `ssh-keygen -lvf` on the server line by line.

import { createHash } from 'node:crypto';

const WIDTH = 17;
const HEIGHT = 9;
const MARKS = ' .o+=*BOX@%&#/^SE';

/** The type named inside a key in wire format, or '' when the bytes are no key. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length);
}

/** `SHA256:…` as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Random art of a key, eleven lines joined by newlines. */
export function randomArt(key: Buffer): string {
  const board = new Uint8Array(WIDTH * HEIGHT);
  const last = MARKS.length - 1;
  let x = WIDTH >> 1;
  let y = HEIGHT >> 1;
  for (const byte of createHash('sha256').update(key).digest()) {
    for (let bits = byte, step = 0; step < 4; step += 1, bits >>= 2) {
      x = Math.min(WIDTH - 1, Math.max(0, x + (bits & 1 ? 1 : -1)));
      y = Math.min(HEIGHT - 1, Math.max(0, y + (bits & 2 ? 1 : -1)));
      const at = x + y * WIDTH;
      if (board[at]! < last - 2) board[at]! += 1;
    }
  }
  board[(WIDTH >> 1) + (HEIGHT >> 1) * WIDTH] = last - 1;
  board[x + y * WIDTH] = last;
  const rows = [frame(`[${title(key)}]`)];
  for (let row = 0; row < HEIGHT; row += 1) {
    rows.push(`|${Array.from(board.subarray(row * WIDTH, (row + 1) * WIDTH), (mark) => MARKS[mark]).join('')}|`);
  }
  rows.push(frame('[SHA256]'));
  return rows.join('\n');
}

function frame(label: string): string {
  const text = label.slice(0, WIDTH);
  const left = Math.floor((WIDTH - text.length) / 2);
  return `+${'-'.repeat(left)}${text}${'-'.repeat(WIDTH - left - text.length)}+`;
}

function title(key: Buffer): string {
  const type = keyTypeOf(key);
  const curve = /^ecdsa-sha2-nistp(\d+)$/.exec(type);
  if (curve) return `ECDSA ${curve[1]}`;
  if (type === 'ssh-ed25519') return 'ED25519 256';
  if (type === 'ssh-rsa') return `RSA ${rsaBits(key)}`;
  return type;
}

/** Bits of the modulus, the third field of an ssh-rsa key (RFC 4253, 6.6). */
function rsaBits(key: Buffer): number {
  let at = 0;
  for (let field = 0; field < 2; field += 1) at += 4 + key.readUInt32BE(at);
  const modulus = key.subarray(at + 4, at + 4 + key.readUInt32BE(at));
  const first = modulus.findIndex((byte) => byte !== 0);
  return (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24;
}
