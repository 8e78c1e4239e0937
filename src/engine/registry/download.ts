// One file from an address that a user named (docker import URL).
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { InvalidParameter, NotFound, System } from '../wire/errors.ts';
import { networkReason } from './failure.ts';

/** The body of an http(s) address that holds a root file system. @throws InvalidParameter, NotFound, System */
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
    call.on('error', (error) => reject(new System(`cannot download ${source}: ${networkReason(url.host, url.protocol === 'https:' ? 'https' : 'http', error)[0]}`)));
  });
  if (response.statusCode === 200) return response;
  response.resume();
  const message = `failed to GET ${source} with status ${response.statusCode} ${response.statusMessage}`;
  throw response.statusCode === 404 ? new NotFound(message) : new InvalidParameter(message);
}
