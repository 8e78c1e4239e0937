// ProxyCommand of ssh_config(5): a program whose stdin and stdout are the connection to sshd.

import { Duplex, type Readable, type Writable } from 'node:stream';
import type { SpawnProxy } from './route.ts';

/** The part of a child process that is needed here. */
export interface ProxyChild {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable | null;
  kill(): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'close', listener: (code: number | null) => void): unknown;
}

const LAST_WORDS = 1024;

/** @param spawn starts `file` with `args`, all three streams piped */
export function proxyCommand(spawn: (file: string, args: string[]) => ProxyChild): SpawnProxy {
  return (command) => {
    // `exec`, as OpenSSH does it: killing the shell has to end the command itself.
    const child = spawn('/bin/sh', ['-c', `exec ${command}`]);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => { said = (said + chunk.toString('utf8')).slice(-LAST_WORDS); });
    const stream = new Duplex({
      allowHalfOpen: false,
      read: () => { child.stdout.resume(); },
      write: (chunk: Buffer, _encoding, done) => { child.stdin.write(chunk, done); },
      final: (done) => { child.stdin.end(done); },
      destroy: (error, done) => { child.kill(); done(error); },
    });
    child.stdout.on('data', (chunk: Buffer) => { if (!stream.push(chunk)) child.stdout.pause(); });
    child.stdout.once('end', () => stream.push(null));
    // A broken pipe says no more than the end of the program, which `failure` explains.
    child.stdin.on('error', () => stream.destroy());
    const failure = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.once('close', (code) => {
        resolve(said.trim() || `exit status ${code}`);
        stream.destroy();
      });
    });
    return { stream, failure };
  };
}
