// Statistics and processes of containers. Engine API v1.47: /containers/{id}/stats, /containers/{id}/top.
import { listProcesses } from '../../containers/top.ts';
import { readIsolation, type Isolation } from '../../containers/isolation.ts';
import type { Stats, Watched } from '../../containers/stats.ts';
import { Conflict } from '../../wire/errors.ts';
import { json, stream } from '../reply.ts';
import { boolQuery, get, type Route } from '../router.ts';

interface ObserveNeeds {
  stats: Stats;
  /** @throws NotFound */
  find(idOrName: string): Watched;
  /** overlay folders of the container with this id */
  layersOf(id: string): Isolation['layers'];
  /** says in the events what was looked at */
  tell(id: string, action: 'top'): void;
}

export function containerObserveRoutes({ stats, find, layersOf, tell }: ObserveNeeds): Route[] {
  return [
    get('/containers/{id}/stats', async (call) => {
      const { id } = find(call.params['id'] as string); // by id from now on: a rename must not end the stream
      const now = () => find(id);
      if (boolQuery(call.query, 'stream', true)) return stream(stats.follow(now, call.signal), 'application/json');
      const text = await stats.once(now, { isOneShot: boolQuery(call.query, 'one-shot'), signal: call.signal });
      return json(JSON.parse(text));
    }),
    get('/containers/{id}/top', async (call) => {
      const { id, pid } = find(call.params['id'] as string);
      if (pid === 0) throw new Conflict(`container ${id} is not running`);
      tell(id, 'top');
      return json(await listProcesses(pid, call.query.get('ps_args') || '-ef', call.signal));
    }),
    // Our own: namespaces, control groups and layers, so that a window can show what a container is made of.
    get('/gantry/containers/{id}/isolation', (call) => {
      const { id, pid } = find(call.params['id'] as string);
      if (pid === 0) throw new Conflict(`container ${id} is not running`);
      return json(readIsolation(pid, layersOf(id)));
    }),
  ];
}
