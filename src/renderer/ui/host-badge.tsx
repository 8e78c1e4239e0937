// Name and colour of the host an object lives on. Plain elements: every row of every list has one.
import type { HostSummary } from '../../main/contract/hosts.ts';
import classes from './host-badge.module.css';

export function HostBadge({ host }: { host: HostSummary }) {
  return (
    <span className={classes.badge} title={host.address}>
      <span className={classes.dot} style={{ background: `var(--mantine-color-${host.colour}-6)` }} />
      <span className={classes.name}>{host.name}</span>
    </span>
  );
}
