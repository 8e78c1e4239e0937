import { expect, test } from 'vitest';
import { parseFilters } from './filters.ts';
import { empty } from './reply.ts';
import { boolQuery, createRouter, get, intQuery } from './router.ts';

const router = createRouter([
  get('/images/json', () => empty(1)),
  get('/images/{name:all}/json', () => empty(2)),
  get('/containers/{id}/logs', () => empty(3)),
]);

test('fixed paths win over patterns, and image names may hold slashes and colons', () => {
  expect(router.find('GET', '/images/json').params).toEqual({});
  expect(router.find('GET', '/images/127.0.0.1:5000/team/app:1.0/json').params).toEqual({ name: '127.0.0.1:5000/team/app:1.0' });
  expect(router.find('GET', '/images/a%2Fb/json').params).toEqual({ name: 'a/b' });
});

test('an unknown path or method is not found, bad encoding is refused', () => {
  expect(() => router.find('GET', '/containers/a/b/logs')).toThrow('page not found');
  expect(() => router.find('DELETE', '/images/json')).toThrow('page not found');
  expect(() => router.find('GET', '/containers/%zz/logs')).toThrow('percent-encoding');
});

test('query booleans and numbers are read as Docker reads them', () => {
  const query = new URLSearchParams('a=1&b=0&c=false&d=&e=yes&n=12&m=x');
  expect(['a', 'b', 'c', 'd', 'e', 'zz'].map((name) => boolQuery(query, name))).toEqual([true, false, false, false, true, false]);
  expect(intQuery(query, 'n')).toBe(12);
  expect(intQuery(query, 'none')).toBeUndefined();
  expect(() => intQuery(query, 'm')).toThrow('whole number');
});

const filters = (value: unknown, known = ['label', 'label!', 'name', 'dangling']) =>
  parseFilters(new URLSearchParams({ filters: typeof value === 'string' ? value : JSON.stringify(value) }), known);

test('filters come as lists or in the old form with booleans', () => {
  expect(filters({ name: ['a', 'b'] }).values('name')).toEqual(['a', 'b']);
  expect(filters({ name: { a: true } }).values('name')).toEqual(['a']);
  expect(filters({ name: ['a'] }).matches('name', 'b')).toBe(false);
  expect(filters({}).matches('name', 'b')).toBe(true);
  expect(filters({ dangling: ['false'] }).bool('dangling')).toBe(false);
});

test('labels must all match, negated ones must not', () => {
  const labels = { a: '1', b: '' };
  expect(filters({ label: ['a=1', 'b'] }).matchesLabels(labels)).toBe(true);
  expect(filters({ label: ['a=2'] }).matchesLabels(labels)).toBe(false);
  expect(filters({ 'label!': ['b'] }).matchesLabels(labels)).toBe(false);
});

test('a typo in a filter is an error, never an empty filter', () => {
  expect(() => filters({ nmae: ['a'] })).toThrow("invalid filter 'nmae'");
  expect(() => filters('{')).toThrow('invalid filter');
  expect(() => filters({ dangling: ['perhaps'] }).bool('dangling')).toThrow("invalid filter 'dangling=[perhaps]'");
  expect(() => filters({ dangling: ['true', 'false'] }).bool('dangling')).toThrow("invalid filter 'dangling=[true false]'");
});
