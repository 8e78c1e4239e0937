import { expect, test } from 'vitest';
import { applyChanges } from './changes.ts';

test('changes are applied in order and the given configuration stays as it was', () => {
  const config = { Env: ['A=1'], Cmd: ['old'] };
  expect(applyChanges(config, ['ENV B=$A', 'CMD ["run", "it"]\nLABEL x=y', 'EXPOSE 80/tcp', 'WORKDIR /srv', 'USER web'])).toMatchObject({
    Env: ['A=1', 'B=1'], Cmd: ['run', 'it'], Labels: { x: 'y' }, ExposedPorts: { '80/tcp': {} }, WorkingDir: '/srv', User: 'web',
  });
  expect(config).toEqual({ Env: ['A=1'], Cmd: ['old'] });
});

test('an instruction that changes files, or none at all, is refused', () => {
  expect(() => applyChanges({}, ['RUN true'])).toThrow('RUN is not a valid change command');
  expect(() => applyChanges({}, ['NOSUCH x'])).toThrow();
});
