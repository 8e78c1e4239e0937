// The part of Protocol Buffers that BuildKit's messages need: proto3 scalars, nested messages, repeated fields, string maps.
// Wire format: protobuf.dev, "Encoding". Unknown fields are skipped, as the format asks; integers are kept as numbers, so an int64 beyond
// 2^53 (nanoseconds of a file's time) loses its last digits.

export type Schema = Readonly<Record<string, Field>>;
/** `map`: string to string; `maps`: string to message. */
export type Field =
  | { id: number; type: 'string' | 'bytes' | 'int' | 'bool' | 'map'; isList?: boolean }
  | { id: number; type: 'message' | 'maps'; of: Schema; isList?: boolean };

type Scalar<T> = T extends 'string' ? string : T extends 'bytes' ? Buffer : T extends 'int' ? number : T extends 'bool' ? boolean : Record<string, string>;
type One<F> = F extends { type: 'message'; of: infer S extends Schema } ? Message<S> : F extends { type: 'maps'; of: infer S extends Schema } ? Record<string, Message<S>> : F extends { type: infer T } ? Scalar<T> : never;
/** Fields that were not sent are undefined. */
export type Message<S extends Schema> = { -readonly [K in keyof S]?: (S[K] extends { isList: true } ? One<S[K]>[] : One<S[K]>) | undefined };

export const string = (id: number) => ({ id, type: 'string' }) as const;
export const bytes = (id: number) => ({ id, type: 'bytes' }) as const;
export const int = (id: number) => ({ id, type: 'int' }) as const;
export const bool = (id: number) => ({ id, type: 'bool' }) as const;
export const map = (id: number) => ({ id, type: 'map' }) as const;
export const maps = <S extends Schema>(id: number, of: S) => ({ id, type: 'maps', of }) as const;
export const message = <S extends Schema>(id: number, of: S) => ({ id, type: 'message', of }) as const;
export const list = <F extends Field>(field: F) => ({ ...field, isList: true }) as const;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

export function encode<S extends Schema>(schema: S, value: Message<S>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, field] of Object.entries(schema)) {
    const given = (value as Record<string, unknown>)[name];
    for (const item of field.isList ? ((given ?? []) as unknown[]) : given === undefined ? [] : [given]) encodeField(field, item, parts);
  }
  return Buffer.concat(parts);
}

function encodeField(field: Field, value: unknown, parts: Buffer[]): void {
  const add = (content: Uint8Array) => parts.push(varint(field.id * 8 + LENGTH), varint(content.length), Buffer.from(content.buffer, content.byteOffset, content.length));
  switch (field.type) {
    case 'string': return void add(Buffer.from(value as string));
    case 'bytes': return void add(value as Buffer);
    case 'message': return void add(encode(field.of, value as Message<Schema>));
    case 'int': case 'bool': return void parts.push(varint(field.id * 8 + VARINT), varint(Number(value)));
    case 'map': case 'maps': {
      for (const [key, item] of Object.entries(value as Record<string, unknown>)) add(encode(entryOf(field), { key, value: item } as Message<Schema>));
    }
  }
}

const entryOf = (field: Field): Schema => ({ key: string(1), value: 'of' in field ? message(2, field.of) : string(2) });

/** @throws RangeError for a message that is cut off */
export function decode<S extends Schema>(schema: S, data: Buffer): Message<S> {
  const fields = new Map(Object.entries(schema).map(([name, field]) => [field.id, { name, field }]));
  const found: Record<string, unknown> = {};
  for (let at = 0; at < data.length;) {
    const tag = readVarint(data, at);
    const known = fields.get(Math.floor(tag.value / 8));
    const { value, next } = readValue(data, tag.next, tag.value % 8);
    at = next;
    if (!known) continue;
    const { name, field } = known;
    if (field.type === 'map' || field.type === 'maps') {
      const entry = decode(entryOf(field), value as Buffer) as { key?: string; value?: unknown };
      found[name] = { ...(found[name] as object | undefined), [entry.key ?? '']: entry.value ?? (field.type === 'map' ? '' : {}) };
    } else if (field.isList) found[name] = [...((found[name] as unknown[] | undefined) ?? []), scalar(field, value)];
    else found[name] = scalar(field, value);
  }
  return found as Message<S>;
}

function scalar(field: Field, value: number | Buffer): unknown {
  if (field.type === 'bool') return value !== 0;
  if (typeof value === 'number') return value;
  return field.type === 'string' ? value.toString('utf8') : field.type === 'message' ? decode(field.of, value) : value;
}

function readValue(data: Buffer, at: number, wireType: number): { value: number | Buffer; next: number } {
  if (wireType === VARINT) return readVarint(data, at);
  if (wireType === FIXED64 || wireType === FIXED32) return { value: 0, next: at + (wireType === FIXED64 ? 8 : 4) };
  const { value: length, next } = readVarint(data, at);
  if (wireType !== LENGTH || next + length > data.length) throw new RangeError('a message is cut off');
  return { value: data.subarray(next, next + length), next: next + length };
}

function readVarint(data: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  for (let at = start, factor = 1; at < data.length; at++, factor *= 128) {
    const byte = data[at] as number;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw new RangeError('a number is cut off');
}

function varint(value: number): Buffer {
  const found: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    found.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  found.push(rest);
  return Buffer.from(found);
}
