// The networks of all hosts in scope with their members.
import { useMemo } from 'react';
import { useRows } from '../queries.ts';
import { withMembers } from './network.ts';

export function useNetworks() {
  const networks = useRows('networks');
  const containers = useRows('containers').rows;
  const rows = useMemo(() => withMembers(networks.rows, containers), [networks.rows, containers]);
  return { ...networks, rows, containers };
}
