// An ssh2 channel as an ordinary Duplex. ssh2's own has `destroy()` without an error, never calls back a write to a closed
// channel, and ends like a finished file when the whole connection dies (ssh2 1.17, lib/Channel.js); a consumer such as
// http or pipeline would take half an archive for a whole one. Here a lost connection is an error.

import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';

const BUFFER_BYTES = 256 * 1024;

export class ChannelStream extends Duplex {
  readonly #channel: ClientChannel;
  #remoteClosed = false;
  #remoteEnded = false;

  /** @param allowHalfOpen false for what carries another SSH connection: its end is the end of both directions */
  constructor(channel: ClientChannel, allowHalfOpen = true) {
    super({ highWaterMark: BUFFER_BYTES, allowHalfOpen });
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => { if (!this.push(chunk)) channel.pause(); });
    channel.once('end', () => {
      this.#remoteEnded = true;
      this.push(null);
    });
    channel.once('close', () => {
      this.#remoteClosed = true;
      // What arrived is still to be read; after that nothing can be written any more either.
      if (this.readableEnded) this.destroy();
      else this.once('end', () => this.destroy());
    });
    channel.on('error', (error: Error) => this.destroy(error));
    // Whoever uses the stream hears its errors; this keeps one that nobody uses yet from ending the app.
    this.on('error', () => {});
  }

  /** Whether the other side may still say something; true does not promise that it hears. */
  get isOpen(): boolean {
    return !this.#remoteEnded && !this.#remoteClosed && !this.destroyed;
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A command that ended does not read its input any more; what it said is still to be read, so that is no error here.
    // Whoever reads learns that the stream is over; the reading's end destroys it.
    if (this.#isDeaf()) done();
    else this.#channel.write(chunk, (error) => done(this.#isDeaf() ? null : error));
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#isDeaf()) this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channel.close();
    // Data still under way has to be drained, or ssh2 never sees the channel's end.
    this.#channel.removeAllListeners('data');
    this.#channel.resume();
    done(error);
  }

  /** ssh2 ends its writing side when the server's close arrives, and says `close` only when everything was read. */
  #isDeaf(): boolean {
    return this.#remoteClosed || this.#channel.writableEnded || this.#channel.destroyed;
  }
}
