// Gives ssh2's ciphers their keys as KeyObject. It makes a new cipher for every packet of up to 32 KiB, and Node 24 takes
// three times as long for that when the key is a plain buffer (measured: 112-145 µs against 48-56 µs a packet, AES-128-GCM),
// which is most of what a big stream costs. Only touches fields it finds as expected (ssh2 1.17, lib/protocol/crypto.js).

import { createSecretKey } from 'node:crypto';
import type { Client } from 'ssh2';

const FIELDS = ['_decipherKey', '_encKey'] as const;

/** Call after every key exchange. */
export function useKeyObjects(client: Client): void {
  const protocol = (client as unknown as { _protocol?: Record<string, unknown> })._protocol;
  for (const side of [protocol?.['_decipher'], protocol?.['_cipher']]) {
    if (typeof side !== 'object' || side === null || !side.constructor.name.startsWith('AESGCM')) continue;
    const holder = side as Record<string, unknown>;
    for (const field of FIELDS) {
      const key = holder[field];
      if (Buffer.isBuffer(key)) holder[field] = createSecretKey(key);
    }
  }
}
