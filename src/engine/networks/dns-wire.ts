// DNS messages as bytes (RFC 1035): what a name server for a few dozen local names needs. Pure.

export const TYPE = { A: 1, PTR: 12, AAAA: 28, ANY: 255 } as const;
export const RCODE = { ok: 0, formatError: 1, serverFailure: 2, noSuchName: 3, refused: 5 } as const;

export interface Question {
  id: number;
  /** lower case, without the final dot */
  name: string;
  type: number;
  class: number;
  recursionDesired: boolean;
  /** the question as it came, to be repeated in the answer */
  raw: Buffer;
}

/** `data`: 4 or 16 address bytes, or the name a PTR leads to. */
export interface Answer { type: number; data: Buffer | string }

const HEADER_BYTES = 12;
const MAX_LABEL = 63;

/** The question of a query; undefined when it is none (a response, another opcode, not exactly one question, garbage). */
export function readQuestion(message: Buffer): Question | undefined {
  if (message.length < HEADER_BYTES + 5 || message.readUInt16BE(4) !== 1) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0 || (flags & 0x7800) !== 0) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > MAX_LABEL || at + 1 + length > message.length) return undefined;
    at++;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
  }
  if (at + 4 > message.length) return undefined;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at),
    class: message.readUInt16BE(at + 2),
    recursionDesired: (flags & 0x0100) !== 0,
    raw: message.subarray(HEADER_BYTES, at + 4),
  };
}

/** `limitBytes`: over UDP an answer that does not fit is cut after whole records and says so (TC), then the client asks by TCP. */
export function writeResponse(question: Question, answers: readonly Answer[], options: { rcode?: number; ttlSeconds: number; limitBytes?: number }): Buffer {
  const records: Buffer[] = [];
  let size = HEADER_BYTES + question.raw.length;
  let isCut = false;
  for (const { type, data } of answers) {
    const content = typeof data === 'string' ? encodeName(data) : data;
    const record = Buffer.alloc(12 + content.length);
    record.writeUInt16BE(0xc000 | HEADER_BYTES, 0); // the name of the question
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(options.ttlSeconds, 6);
    record.writeUInt16BE(content.length, 10);
    content.copy(record, 12);
    if (size + record.length > (options.limitBytes ?? 65535)) { isCut = true; break; }
    records.push(record);
    size += record.length;
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(question.id, 0);
  header.writeUInt16BE(0x8000 | (isCut ? 0x0200 : 0) | (question.recursionDesired ? 0x0100 : 0) | 0x0080 | (options.rcode ?? RCODE.ok), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question.raw, ...records]);
}

/** @throws RangeError for labels that DNS cannot carry */
export function encodeName(name: string): Buffer {
  const parts = name.split('.').filter(Boolean).map((label) => {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length > MAX_LABEL) throw new RangeError(`DNS label too long: ${label}`);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** The address a reverse name asks for: 2.0.17.172.in-addr.arpa, …ip6.arpa. */
export function reverseAddress(name: string): { family: 4 | 6; value: bigint } | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (four) {
    const bytes = four.slice(1).toReversed().map(Number);
    return bytes.some((byte) => byte > 255) ? undefined : { family: 4, value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) };
  }
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name);
  return six?.[1] === undefined ? undefined : { family: 6, value: BigInt(`0x${six[1].split('.').toReversed().join('')}`) };
}
