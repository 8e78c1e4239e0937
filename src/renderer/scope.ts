// Which hosts the lists show: one, or all of them.
import { createKeptStore } from './store.ts';

export const scope = createKeptStore<string>('scope', 'all');
