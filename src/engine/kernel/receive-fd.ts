// Receives one file descriptor over a unix stream socket (SCM_RIGHTS, unix(7), cmsg(3)): how a runtime hands over a terminal.
// The structures are laid out by hand for 64-bit little endian machines, the only ones the engine runs on.
import { SystemCallError, addressOf, systemCall } from './libc.ts';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
/** size_t cmsg_len, int level, int type, int fd, padding */
const CONTROL_BYTES = 24;

const recvmsg = systemCall<[fd: number, message: Uint8Array, flags: number]>('recvmsg', 'int64_t recvmsg(int fd, void *message, int flags)');

/** The descriptor, or undefined when nothing has arrived yet. @throws SystemCallError; Error when a message without one came */
export function receiveFd(socket: number): number | undefined {
  const data = Buffer.alloc(4096); // crun sends the terminal's name beside it
  const control = Buffer.alloc(CONTROL_BYTES);
  const iov = Buffer.alloc(16);
  iov.writeBigUInt64LE(addressOf(data), 0);
  iov.writeBigUInt64LE(BigInt(data.length), 8);
  const message = Buffer.alloc(56); // struct msghdr
  message.writeBigUInt64LE(addressOf(iov), 16);
  message.writeBigUInt64LE(1n, 24);
  message.writeBigUInt64LE(addressOf(control), 32);
  message.writeBigUInt64LE(BigInt(control.length), 40);
  try {
    recvmsg(socket, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'EAGAIN') return undefined;
    throw error;
  }
  if (message.readBigUInt64LE(40) < 20n || control.readInt32LE(8) !== SOL_SOCKET || control.readInt32LE(12) !== SCM_RIGHTS) throw new Error('the message carried no file descriptor');
  return control.readInt32LE(16);
}
