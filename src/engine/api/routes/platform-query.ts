// The `platform` query parameter of pull, load, save and push.
import { parsePlatform, type Platform } from '../../images/manifest.ts';
import type { Call } from '../router.ts';

/** The `platform` parameter: `os/arch`, or since API 1.48 a JSON object. */
export function platformQuery(call: Call): Platform | undefined {
  const text = call.query.get('platform');
  if (text === null || text === '') return undefined;
  if (!text.startsWith('{')) return parsePlatform(text);
  const { os, architecture, variant } = JSON.parse(text) as { os?: string; architecture?: string; variant?: string };
  return parsePlatform([os, architecture, variant].filter(Boolean).join('/'));
}
