// POST /containers/{id}/rename.
import { InvalidParameter } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { checkName } from './names.ts';
import { publish, type Parts } from './parts.ts';

/** @throws InvalidParameter for a bad or equal name, Conflict for a used one */
export function renameContainer(parts: Parts, container: Container, wish: string | null): Promise<void> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    if (!wish) throw new InvalidParameter('Neither old nor new names may be empty');
    const name = checkName(wish, 'Error when allocating new name: ');
    if (name === record.name) throw new InvalidParameter('Renaming a container with the same name as its current name');
    parts.store.reserve(name, record.id);
    const oldName = record.name;
    record.name = name;
    try {
      await parts.store.save(container);
    } catch (error) {
      record.name = oldName;
      parts.store.release(name, record.id);
      throw error;
    }
    parts.store.release(oldName, record.id);
    await renameInLinks(parts, oldName, name);
    publish(parts, container, 'rename', { oldName: `/${oldName}` });
  });
}

/** Links name both ends: `/db:/app/alias`. */
async function renameInLinks({ store }: Parts, oldName: string, name: string): Promise<void> {
  for (const other of store.all()) {
    const { hostConfig } = other.record;
    const links = hostConfig.Links?.map((link) => {
      const [target = '', alias = ''] = link.split(':');
      const [, owner = '', last = ''] = alias.split('/');
      return `${target === `/${oldName}` ? `/${name}` : target}:/${owner === oldName ? name : owner}/${last}`;
    });
    if (!links || links.join() === hostConfig.Links?.join()) continue;
    other.record.hostConfig = { ...hostConfig, Links: links };
    await store.save(other);
  }
}
