// Which containers the list shows, and filters kept under a name. A filter is text: words that must all be found, and
// `state:running`, `health:unhealthy`, `image:nginx`, `label:team=a`, `project:shop`, `port:8080`; `-word` excludes. Pure but for the kept list.
import { createKeptStore } from '../store.ts';
import { healthOf, nameOf, projectOf, type Container } from './container-actions.ts';

export interface SavedFilter { name: string; text: string }

export const savedFilters = createKeptStore<SavedFilter[]>('containers.filters', []);

type Test = (item: Container) => boolean;

const KEYS: Record<string, (item: Container, value: string) => boolean> = {
  state: (item, value) => item.row.State === value,
  health: (item, value) => healthOf(item) === value,
  image: (item, value) => item.row.Image.toLowerCase().includes(value),
  name: (item, value) => nameOf(item).toLowerCase().includes(value),
  host: (item, value) => item.host.name.toLowerCase().includes(value),
  project: (item, value) => projectOf(item).toLowerCase() === value,
  port: (item, value) => item.row.Ports.some((port) => String(port.PublicPort) === value || String(port.PrivatePort) === value),
  label: (item, value) => Object.entries(item.row.Labels).some(([name, text]) => (value.includes('=') ? `${name}=${text}`.toLowerCase() === value : name.toLowerCase() === value)),
  network: (item, value) => Object.keys(item.row.NetworkSettings?.Networks ?? {}).some((name) => name.toLowerCase() === value),
};

export function filterOf(text: string): Test {
  const tests = text.toLowerCase().split(/\s+/).filter(Boolean).map(testOf);
  return (item) => tests.every((test) => test(item));
}

function testOf(word: string): Test {
  if (word.startsWith('-') && word.length > 1) {
    const test = testOf(word.slice(1));
    return (item) => !test(item);
  }
  const colon = word.indexOf(':');
  const key = KEYS[word.slice(0, Math.max(0, colon))];
  if (key && colon < word.length - 1) return (item) => key(item, word.slice(colon + 1));
  return ({ row, host }) => `${row.Names.join(' ')} ${row.Image} ${row.Id} ${row.State} ${row.Status} ${row.Command} ${host.name}`.toLowerCase().includes(word);
}
