import { expect, test } from 'vitest';
import { proxyFacts } from './proxy-facts.ts';

test('the proxies are named in either case, without their passwords', () => {
  expect(proxyFacts({ HTTP_PROXY: 'http://me:p@ss@proxy:3128/', https_proxy: 'proxy:3129', NO_PROXY: 'localhost,me@host' })).toEqual({
    HttpProxy: 'http://xxxxx:xxxxx@proxy:3128/', HttpsProxy: 'proxy:3129', NoProxy: 'localhost,me@host',
  });
});
