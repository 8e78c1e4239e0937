// Certificates of users (OpenSSH, PROTOCOL.certkeys): a public key signed by an authority that the server trusts, beside the
// private key as `NAME-cert.pub` or named by CertificateFile. ssh2 knows no certificates: it would write the certificate's
// algorithm inside the signature too, where servers want the plain key's. So a certified key's requests are written here
// (RFC 4252, section 7), through the fields of ssh2's protocol that its own writer uses (ssh2 1.17, Protocol.authPK).

import { readFile } from 'node:fs/promises';
import type { Client, ParsedKey } from 'ssh2';

export interface Certificate {
  path: string;
  /** Such as `ssh-ed25519-cert-v01@openssh.com`. */
  type: string;
  blob: Buffer;
  /** The public key it certifies, as that key's own blob. */
  keyBlob: Buffer;
  keyId: string;
  /** Seconds since 1970. */
  validAfter: bigint;
  validBefore: bigint;
}

const SUFFIX = '-cert-v01@openssh.com';
/** Fields of the plain key within its certificate. */
const KEY_FIELDS: Record<string, number> = { 'ssh-ed25519': 1, 'ssh-rsa': 2, 'ecdsa-sha2-nistp256': 2, 'ecdsa-sha2-nistp384': 2, 'ecdsa-sha2-nistp521': 2 };
const USER_CERTIFICATE = 1;
const USERAUTH_REQUEST = 50;

/** A certificate file; undefined when there is none, or when it is not one of a user. */
export async function readCertificate(path: string): Promise<Certificate | undefined> {
  const text = await readFile(path, 'utf8').catch(() => ''); // no such file: the key goes without
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  return type.endsWith(SUFFIX) ? parseCertificate(path, Buffer.from(base64, 'base64')) : undefined;
}

export function parseCertificate(path: string, blob: Buffer): Certificate | undefined {
  try {
    const reader = createReader(blob);
    const type = reader.string().toString('latin1');
    const plain = type.slice(0, -SUFFIX.length);
    const count = KEY_FIELDS[plain];
    if (!type.endsWith(SUFFIX) || count === undefined) return undefined;
    reader.string(); // the nonce
    const fields = Array.from({ length: count }, () => reader.string());
    reader.skip(8); // the serial number
    if (reader.uint32() !== USER_CERTIFICATE) return undefined;
    const keyId = reader.string().toString('utf8');
    reader.string(); // the names it may log in as: the server's business
    const keyBlob = Buffer.concat([plain, ...fields].map(field));
    return { path, type, blob, keyBlob, keyId, validAfter: reader.uint64(), validBefore: reader.uint64() };
  } catch (error) {
    if (error instanceof RangeError) return undefined; // cut off
    throw error;
  }
}

/** Why the server would not take it now, by this machine's clock; undefined when it would. */
export function invalidity({ validAfter, validBefore }: Certificate, nowMs = Date.now()): string | undefined {
  const now = BigInt(Math.floor(nowMs / 1000));
  const day = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString();
  if (now < validAfter) return `the certificate is valid only from ${day(validAfter)}`;
  return now >= validBefore ? `the certificate has expired, at ${day(validBefore)}` : undefined;
}

const certificates = new WeakMap<ParsedKey, Certificate>();

/** The key as its certificate shows it: offered as such, told apart by `useCertificates`. */
export function certifiedKey(key: ParsedKey, certificate: Certificate): ParsedKey {
  // ssh2 asks for its own kind of object; what is not replaced is the plain key's.
  const made = Object.create(key, { type: { value: certificate.type }, getPublicSSH: { value: () => certificate.blob } }) as ParsedKey;
  certificates.set(made, certificate);
  return made;
}

interface Protocol {
  authPK(username: string, key: ParsedKey, algorithm: unknown, sign?: Sign): void;
  _kex: { sessionID: Buffer };
  _kexinit: unknown;
  _authsQueue: string[];
  _packetRW: { write: { allocStart: number; alloc(bytes: number): Buffer; finalize(packet: Buffer): Buffer } };
  _cipher: { encrypt(packet: Buffer): void };
}
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/** Lets a connection's logins use certified keys. Call once, after `connect`. */
export function useCertificates(client: Client): void {
  const protocol = (client as unknown as { _protocol?: Protocol })._protocol;
  if (!protocol) return;
  const plain = protocol.authPK.bind(protocol);
  protocol.authPK = (username, key, algorithm, sign) => {
    const certificate = certificates.get(key);
    if (!certificate) return plain(username, key, algorithm, sign);
    const { outer, inner } = algorithmsOf(certificate.type);
    const request = (isSigned: boolean): Buffer => Buffer.concat([
      Buffer.of(USERAUTH_REQUEST), field(username), field('ssh-connection'), field('publickey'), Buffer.of(isSigned ? 1 : 0), field(outer), field(certificate.blob),
    ]);
    const send = (payload: Buffer): void => {
      if (protocol._kexinit !== undefined) throw new Error('a login in the middle of a key exchange');
      const { write } = protocol._packetRW;
      const packet = write.alloc(payload.length);
      packet.set(payload, write.allocStart);
      protocol._authsQueue.push('publickey');
      protocol._cipher.encrypt(write.finalize(packet));
    };
    if (!sign) return send(request(false));
    sign(Buffer.concat([field(protocol._kex.sessionID), request(true)]), (signature) => {
      send(Buffer.concat([request(true), field(Buffer.concat([field(inner), field(signatureFields(inner, signature))]))]));
    });
  };
}

/** What RSA certificates are signed with; for the others there is no choice. */
export const CERTIFICATE_HASH = 'sha512';

function algorithmsOf(type: string): { outer: string; inner: string } {
  // With RSA the signature's algorithm is named apart from the key's (RFC 8332); SHA-1 is none that servers take.
  const outer = type === `ssh-rsa${SUFFIX}` ? `rsa-sha2-512${SUFFIX}` : type;
  return { outer, inner: outer.slice(0, -SUFFIX.length) };
}

/** ECDSA: OpenSSL gives r and s as an ASN.1 sequence, SSH wants two strings (RFC 5656, 3.1.2). An agent gives those already. */
function signatureFields(algorithm: string, signature: Buffer): Buffer {
  if (!algorithm.startsWith('ecdsa') || signature[0] !== 0x30) return signature;
  let at = signature[1]! & 0x80 ? 3 : 2;
  const integer = (): Buffer => {
    const start = at + 2;
    at = start + signature[at + 1]!;
    return signature.subarray(start, at);
  };
  return Buffer.concat([field(integer()), field(integer())]);
}

function field(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function createReader(blob: Buffer): { string(): Buffer; uint32(): number; uint64(): bigint; skip(bytes: number): void } {
  let at = 0;
  const take = (bytes: number): number => {
    const start = at;
    at += bytes;
    if (at > blob.length) throw new RangeError('cut off');
    return start;
  };
  return {
    string: () => { const length = blob.readUInt32BE(take(4)); const start = take(length); return blob.subarray(start, start + length); },
    uint32: () => blob.readUInt32BE(take(4)),
    uint64: () => blob.readBigUInt64BE(take(8)),
    skip: (bytes) => void take(bytes),
  };
}
