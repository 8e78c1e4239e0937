// A network link to a namespace of its own, which can swallow every packet: what a pulled cable or a sleeping machine looks like.

import { execFileSync } from 'node:child_process';

export interface Link extends Disposable {
  /** Address on the other side. */
  address: string;
  /** Put before a command to run it there. */
  prefix: string[];
  /** Packets to the other side vanish, without a word. */
  cut(): void;
  mend(): void;
}

export function makeLink(): Link {
  const run = (command: string): void => { execFileSync('sh', ['-c', command]); };
  const name = `gssh${process.pid % 10000}`;
  run(`ip netns add ${name} && ip link add ${name} type veth peer name eth0 netns ${name} && ip addr add 10.254.77.1/30 dev ${name} && ip link set ${name} up && ip -n ${name} addr add 10.254.77.2/30 dev eth0 && ip -n ${name} link set eth0 up && ip -n ${name} link set lo up`);
  const both = (chain: string): string => `add chain inet swallow ${chain} { type filter hook ${chain} priority 0; policy drop; }`;
  return {
    address: '10.254.77.2',
    prefix: ['ip', 'netns', 'exec', name],
    cut: () => run(`ip netns exec ${name} nft 'add table inet swallow; ${both('input')}; ${both('output')}'`),
    mend: () => run(`ip netns exec ${name} nft delete table inet swallow`),
    [Symbol.dispose]: () => run(`ip netns del ${name}; ip link del ${name} 2>/dev/null || true`),
  };
}
