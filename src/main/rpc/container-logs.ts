// A container's log as batches of lines. Without a tty the body is framed (wire/frames.ts), with a tty it is plain bytes.
// A batch is what one read gave: back-pressure is the reader's own pace.
import { readFrames } from '../../engine/wire/frames.ts';
import type { ContainerDetail, LogLine } from '../contract/containers.ts';
import type { DockerClient } from '../docker/client.ts';

export interface LogOptions { id: string; tail?: number | undefined; follow?: boolean | undefined; timestamps?: boolean | undefined; since?: string | undefined }

export async function* containerLogs(client: DockerClient, options: LogOptions, signal: AbortSignal | undefined): AsyncGenerator<LogLine[]> {
  const path = `/containers/${encodeURIComponent(options.id)}`;
  const detail = await client.json<ContainerDetail>('GET', `${path}/json`, { signal });
  const response = await client.raw('GET', `${path}/logs`, {
    query: { stdout: true, stderr: true, follow: options.follow, timestamps: options.timestamps, tail: options.tail, since: options.since },
    signal,
  });
  try {
    const splitters = { stdout: lineSplitter('stdout', options.timestamps), stderr: lineSplitter('stderr', options.timestamps) };
    if (detail.Config.Tty) {
      for await (const chunk of response) yield* some(splitters.stdout.push(chunk as Buffer));
    } else {
      for await (const { stream, payload } of readFrames(response)) yield* some(splitters[stream === 2 ? 'stderr' : 'stdout'].push(payload));
    }
    yield* some([...splitters.stdout.end(), ...splitters.stderr.end()]);
  } finally {
    response.destroy();
  }
}

function* some(lines: LogLine[]): Generator<LogLine[]> {
  if (lines.length > 0) yield lines;
}

/** Cuts one stream into lines; chunks may end anywhere, also inside a character. */
export function lineSplitter(stream: LogLine['stream'], timestamps = false) {
  const decoder = new TextDecoder();
  let rest = '';
  const line = (raw: string): LogLine => {
    const text = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (!timestamps) return { stream, text };
    const space = text.indexOf(' ');
    return space < 0 ? { stream, text: '', time: text } : { stream, text: text.slice(space + 1), time: text.slice(0, space) };
  };
  return {
    push(chunk: Uint8Array): LogLine[] {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      return parts.map(line);
    },
    end(): LogLine[] {
      const last = rest + decoder.decode();
      rest = '';
      return last === '' ? [] : [line(last)];
    },
  };
}
