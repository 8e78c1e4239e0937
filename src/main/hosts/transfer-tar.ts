// Leaves entries out of a tar stream while it flows by, for archives whose receiver has some of the files already.
// ustar: 512-byte headers, size in octal at 124, type at 156, content padded to 512 (POSIX pax, "ustar Interchange Format").
// Extension headers (pax `x`/`g`, GNU `L`/`K`) belong to the entry after them and share its fate.

const BLOCK = 512;

export interface Left { entries: number; bytes: number }

/**
 * Pass a tar stream on without the entries that `isUnwanted` names. Paths longer than the header's fields never match.
 * @param left counts what was left out, for progress
 */
export async function* withoutEntries(source: AsyncIterable<Buffer>, isUnwanted: (path: string) => boolean, left: Left): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let extensions: Buffer[] = [];
  let body = 0;
  let fate: 'keep' | 'drop' | 'hold' = 'keep';
  for await (const chunk of source) {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (;;) {
      if (body > 0) {
        const part = data.subarray(0, body);
        body -= part.length;
        data = data.subarray(part.length);
        if (fate === 'keep') yield part;
        else if (fate === 'hold') extensions.push(part);
        else left.bytes += part.length;
        if (body > 0) break;
      }
      if (data.length < BLOCK) break;
      const header = data.subarray(0, BLOCK);
      data = data.subarray(BLOCK);
      const type = String.fromCharCode(header[156]!);
      body = Math.ceil(sizeOf(header) / BLOCK) * BLOCK;
      if ('xgLK'.includes(type)) {
        fate = 'hold';
        extensions.push(header);
        continue;
      }
      fate = header[0] !== 0 && isUnwanted(pathOf(header)) ? 'drop' : 'keep';
      if (fate === 'keep') {
        yield* extensions;
        yield header;
      } else {
        left.entries += 1;
      }
      extensions = [];
    }
    rest = body > 0 ? Buffer.alloc(0) : data;
  }
  if (rest.length > 0) yield rest;
}

function pathOf(header: Buffer): string {
  const text = (from: number, length: number): string => header.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(345, 155) : '';
  return `${prefix ? `${prefix}/` : ''}${text(0, 100)}`.replace(/^\.\//, '');
}

function sizeOf(header: Buffer): number {
  // GNU writes sizes of 8 GiB and more in binary, with the high bit set.
  if (header[124]! & 0x80) return Number(header.readBigUInt64BE(128) & 0x7fffffffffffffffn);
  const digits = header.toString('latin1', 124, 136).replace(/[\0 ].*$/s, '');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}
