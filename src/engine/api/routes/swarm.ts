// The Swarm endpoints of an engine that is in no Swarm: the answers a lone dockerd gives, so that clients fall back as they do
// there. Forming one is what this engine refuses, with the way that works. Source: Docker Engine API v1.47, tags Swarm to Config.
import { NotFound, NotImplemented, Unavailable } from '../../wire/errors.ts';
import { json } from '../reply.ts';
import { del, get, post, type Route } from '../router.ts';

const notAManager = () => {
  throw new Unavailable('This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.');
};
const notAMember = () => {
  throw new Unavailable('This node is not part of a swarm');
};
const cannotForm = () => {
  throw new NotImplemented('this engine runs containers of one machine and forms no swarm: connect Gantry to a Docker Swarm manager to use one');
};

export function swarmRoutes(): Route[] {
  const kinds = ['nodes', 'services', 'tasks', 'secrets', 'configs'];
  return [
    post('/swarm/init', cannotForm),
    post('/swarm/join', cannotForm),
    post('/swarm/leave', notAMember),
    post('/swarm/unlock', notAMember),
    post('/swarm/update', notAManager),
    get('/swarm', notAManager),
    get('/swarm/unlockkey', notAManager),
    ...kinds.flatMap((kind) => [
      get(`/${kind}`, notAManager),
      post(`/${kind}/create`, notAManager),
      get(`/${kind}/{id}`, notAManager),
      get(`/${kind}/{id}/logs`, notAManager),
      post(`/${kind}/{id}/update`, notAManager),
      del(`/${kind}/{id}`, notAManager),
    ]),
    get('/plugins', () => json([])),
    get('/plugins/{name:all}/json', ({ params }) => {
      throw new NotFound(`plugin ${JSON.stringify(params['name'])} not found`);
    }),
  ];
}
