// One file from an address that a user named (docker import URL).
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { InvalidParameter, Unavailable } from '../wire/errors.ts';

/** The body of an http(s) address that holds a root file system. @throws InvalidParameter, Unavailable */
export async function downloadSource(source: string, signal: AbortSignal): Promise<IncomingMessage> {
  let url: URL;
  try {
    url = new URL(/^[a-z]+:\/\//.test(source) ? source : `http://${source}`);
  } catch (error) {
    throw new InvalidParameter(`invalid address to import from: ${source}`, { cause: error });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new InvalidParameter(`cannot import from ${url.protocol} addresses`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const call = (url.protocol === 'https:' ? httpsGet : httpGet)(url, { signal }, resolve);
    call.on('error', (error) => reject(new Unavailable(`cannot download ${source}`, { cause: error })));
  });
  if (response.statusCode === 200) return response;
  response.resume();
  throw new InvalidParameter(`cannot download ${source}: status ${response.statusCode}`);
}
