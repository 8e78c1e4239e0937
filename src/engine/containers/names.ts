// Container names: the rule Docker has for them, and made-up ones for who gives none.
import { randomInt } from 'node:crypto';
import { InvalidParameter } from '../wire/errors.ts';

const FORM = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

const MOODS = 'able agile airy alert amber ample apt azure balmy brave breezy bright brisk calm candid civil clear clever cosy crisp dapper deft eager early easy fair fleet fond frank fresh gentle glad golden grand happy hardy honest ideal jolly keen kind lively lucid lucky mellow merry mighty modest neat nimble noble patient placid polite proud quick quiet ready sharp silver sleek smart snug solid spry steady still sunny swift tidy upbeat vivid warm wise witty'.split(' ');
const THINGS = 'anchor barge beacon bollard boom bridge buoy cable capstan cargo chain crane davit deck derrick dock drydock ferry fender float forklift freighter galley gantry halyard harbor hatch hawser helm hoist hold hook hull jetty keel lighthouse locker mast mooring oar pallet pier pilot porter pulley quay rigger rope rudder sail shackle ship skiff sling spar spool stacker stern tackle tanker tide tiller trolley tug warehouse wharf winch windlass'.split(' ');

/** Without its leading slash. @throws InvalidParameter */
export function checkName(given: string, prefix = ''): string {
  const name = given.replace(/^\//, '');
  if (!FORM.test(name)) throw new InvalidParameter(`${prefix}Invalid container name (${given}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  return name;
}

export function randomName(isTaken: (name: string) => boolean): string {
  const pick = (words: readonly string[]) => words[randomInt(words.length)] as string;
  for (let tries = 0; ; tries++) {
    const name = `${pick(MOODS)}_${pick(THINGS)}${tries > 2 ? randomInt(10 ** Math.min(tries, 9)) : ''}`;
    if (!isTaken(name)) return name;
  }
}
