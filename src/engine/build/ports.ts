// EXPOSE words -> `port/protocol` keys of the image configuration; ranges are spelled out (docker/go-connections nat.ParsePortSpecs).
import { InvalidParameter } from '../wire/errors.ts';

/** @throws InvalidParameter for what is no port, range or protocol */
export function exposedPorts(word: string): string[] {
  const match = /^(?:(?:.*:)?\d*:)?(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(word);
  const protocol = (match?.[3] ?? 'tcp').toLowerCase();
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? first);
  if (!match || first > 65535 || last > 65535 || last < first) throw new InvalidParameter(`invalid containerPort: ${word}`);
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw new InvalidParameter(`invalid proto: ${protocol}`);
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
}
