import { expect, test } from 'vitest';
import { withFieldNames } from './field-names.ts';

interface Body { DetachKeys?: string; Tty?: boolean }

test('a name in another case is read as the one it means, and an exact one wins', () => {
  expect(withFieldNames<Body>({ detachKeys: 'ctrl-p' } as Body, ['DetachKeys', 'Tty'])).toMatchObject({ DetachKeys: 'ctrl-p' });
  expect(withFieldNames<Body>({ Tty: true, tty: false } as Body, ['DetachKeys', 'Tty'])).toMatchObject({ Tty: true });
  expect(withFieldNames<Body>(undefined, ['Tty'])).toBeUndefined();
});
