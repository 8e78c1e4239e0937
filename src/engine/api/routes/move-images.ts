// Images out of the engine: push, save. Engine API v1.47, "ImagePush", "ImageGet", "ImageGetAll".
import type { ImageDomain } from '../../images/images.ts';
import { pushImage } from '../../images/push.ts';
import { saveImages, savedImages } from '../../images/save.ts';
import { credentialsFromHeader } from '../../registry/auth.ts';
import { parseReference, withTag } from '../../registry/reference.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { ndjson, stream } from '../reply.ts';
import { get, post, type Call, type Route } from '../router.ts';

export function moveImageRoutes(domain: ImageDomain): Route[] {
  const { stores } = domain;
  const save = async (call: Call, names: readonly string[]) => {
    if (names.length === 0) throw new InvalidParameter('an image name is needed');
    return stream(await saveImages(stores, savedImages(stores, names), call.signal), 'application/x-tar');
  };
  return [
    post('/images/{name:all}/push', (call) => {
      const reference = withTag(parseReference(call.params['name'] ?? ''), call.query.get('tag') ?? '');
      return ndjson(pushImage(domain, reference, credentialsFromHeader(call.headers['x-registry-auth']), call.signal), undefined, 'first line');
    }),
    get('/images/get', (call) => save(call, call.query.getAll('names').flatMap((names) => names.split(',')).filter(Boolean))),
    get('/images/{name:all}/get', (call) => save(call, [call.params['name'] ?? ''])),
  ];
}
