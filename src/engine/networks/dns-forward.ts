// Asks a resolver of the outside on behalf of a container; the message goes and comes as it is.
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

const TIMEOUT_MS = 2000; // glibc asks again after 5 s: two resolvers fit in between

/** @throws Error when there is no answer in time */
export function askByUdp(server: string, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server) ? 'udp6' : 'udp4');
    const finish = (work: () => void) => { clearTimeout(timer); socket.close(); work(); };
    const timer = setTimeout(() => finish(() => reject(new Error(`no answer from ${server} in ${TIMEOUT_MS} ms`))), TIMEOUT_MS);
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('message', (answer) => {
      if (answer.length >= 2 && answer.readUInt16BE(0) === message.readUInt16BE(0)) finish(() => resolve(answer));
    });
    socket.on('connect', () => socket.send(message));
    socket.connect(53, server); // without a callback a failure is an `error` event
  });
}

/** @throws Error when there is no answer in time */
export function askByTcp(server: string, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length, 0);
    let answer: Buffer = Buffer.alloc(0);
    const socket = connect({ host: server, port: 53, timeout: TIMEOUT_MS }, () => socket.write(Buffer.concat([length, message])));
    const fail = (error: Error) => { socket.destroy(); reject(error); };
    socket.on('error', fail);
    socket.on('timeout', () => fail(new Error(`no answer from ${server} in ${TIMEOUT_MS} ms`)));
    socket.on('end', () => fail(new Error(`${server} closed the connection`)));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length >= 2 && answer.length >= 2 + answer.readUInt16BE(0)) {
        socket.destroy();
        resolve(answer.subarray(2, 2 + answer.readUInt16BE(0)));
      }
    });
  });
}
