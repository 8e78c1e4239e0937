// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { IconBolt } from '@tabler/icons-react';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Action } from '../actions.ts';
import { startTexts } from '../i18n/i18n.ts';
import { RowMenu, SelectionBar } from './row-actions.tsx';

beforeAll(async () => {
  // jsdom has neither; Mantine asks for both.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }));
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} });
  await startTexts('en');
});
afterEach(cleanup);

const done: string[] = [];
const action = (id: string, max: number): Action<string> => ({ id, label: `frame:${id}`, icon: IconBolt, appliesTo: (items) => items.length > 0 && items.length <= max, perform: (items) => void done.push(`${id} ${items.join(',')}`) });
const actions = [action('copy', 1), action('save', 9)];
const show = (element: React.ReactNode) => render(<MantineProvider env="test">{element}</MantineProvider>);

test('the bar offers what fits the selection and does it to all of it', () => {
  show(<SelectionBar actions={actions} items={['a', 'b']} onClear={() => {}} />);
  expect(screen.queryByRole('button', { name: 'Copy' })).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(done.splice(0)).toEqual(['save a,b']);
});

test('without a selection there is no bar', () => {
  show(<SelectionBar actions={actions} items={[]} onClear={() => {}} />);
  expect(screen.queryByRole('toolbar')).toBeNull();
});

test('a row’s menu is made when its button is pressed', async () => {
  show(<RowMenu actions={actions} row="a" name="web" />);
  expect(screen.queryByRole('menu')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Actions for web' }));
  fireEvent.click(await screen.findByRole('menuitem', { name: 'Copy' }));
  expect(done.splice(0)).toEqual(['copy a']);
});
