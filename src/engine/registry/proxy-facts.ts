// The proxies of the engine as /info names them (Engine API v1.47, SystemInfo): a user and password in a URL are masked, as dockerd does.
type Environment = Record<string, string | undefined>;

export function proxyFacts(environment: Environment): { HttpProxy: string; HttpsProxy: string; NoProxy: string } {
  const value = (name: string): string => environment[name] ?? environment[name.toLowerCase()] ?? '';
  return { HttpProxy: masked(value('HTTP_PROXY')), HttpsProxy: masked(value('HTTPS_PROXY')), NoProxy: value('NO_PROXY') };
}

const masked = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, '$1xxxxx:xxxxx@');
