import { expect, test } from 'vitest';
import { Conflict, NotFound, System, errorMessage, httpStatus } from './errors.ts';

test('a kind has its HTTP status, anything else is 500', () => {
  expect(httpStatus(new NotFound('no such container: web'))).toBe(404);
  expect(httpStatus(new Conflict('busy'))).toBe(409);
  expect(httpStatus(new Error('x'))).toBe(500);
  expect(httpStatus('x')).toBe(500);
});

test('the message names causes once, outermost first', () => {
  const cause = new Error('ENOSPC: no space left on device');
  expect(errorMessage(new System('cannot write the layer', { cause }))).toBe('cannot write the layer: ENOSPC: no space left on device');
  expect(errorMessage(new System(`gave up: ${cause.message}`, { cause }))).toBe(`gave up: ${cause.message}`);
  expect(errorMessage(new AggregateError([new Error('a'), new Error('b')], 'teardown failed'))).toBe('teardown failed; a; b');
});
