// The images of all hosts in scope with their users, and the layer map of one host.
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useRows } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { withUse } from './image.ts';

export function useImages() {
  const images = useRows('images');
  const containers = useRows('containers').rows;
  const rows = useMemo(() => withUse(images.rows, containers), [images.rows, containers]);
  return { ...images, rows };
}

/** Asked anew whenever the set of images of the host changes; what main knows already costs nothing. */
export function useLayerMap(host: string) {
  const ids = useRows('images').rows.filter((row) => row.host.id === host).map((row) => row.row.Id);
  return useQuery(queryOptions({
    queryKey: [host, 'image-layers', ids.toSorted().join()],
    queryFn: ({ signal }) => rpc.images.layers({ host }, { signal }),
    placeholderData: (before) => before,
    enabled: host !== '',
  }));
}
