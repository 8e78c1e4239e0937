// Name and colour of the host an object lives on.
import { Badge } from '@mantine/core';
import type { HostSummary } from '../../main/contract/hosts.ts';

export function HostBadge({ host }: { host: HostSummary }) {
  return <Badge variant="dot" color={host.colour} size="sm" maw="100%">{host.name}</Badge>;
}
