// Main views, each in one of the themes: axe finds nothing serious. And the app is whole in Chinese.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './app.ts';

const VIEWS = [['/', 'light'], ['/containers', 'dark'], ['/images', 'light'], ['/registries', 'dark'], ['/hosts', 'light'], ['/settings', 'dark']] as const;

for (const [path, colorScheme] of VIEWS) {
  test(`${path} has no serious barrier in the ${colorScheme} theme`, async ({ window }) => {
    await window.emulateMedia({ colorScheme });
    await window.goto(new URL(path, window.url()).href);
    await window.getByRole('heading', { level: 1 }).waitFor();
    const { violations } = await new AxeBuilder({ page: window }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(' ')}`);
    expect(serious).toEqual([]);
  });
}

test('the language is chosen in the settings and kept', async ({ window }) => {
  await window.goto(new URL('/settings', window.url()).href);
  await window.getByRole('combobox', { name: 'Language' }).click();
  await window.getByRole('option', { name: '简体中文' }).click();
  await expect(window.getByRole('heading', { level: 1, name: '设置' })).toBeVisible();
  await window.reload();
  await expect(window.getByRole('heading', { level: 1, name: '设置' })).toBeVisible();
  await window.getByRole('combobox', { name: '语言' }).click();
  await window.getByRole('option', { name: 'English' }).click();
  await expect(window.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});

test('the palette goes anywhere by keyboard alone', async ({ window }) => {
  await window.goto(new URL('/', window.url()).href);
  await window.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  await window.keyboard.press('Control+k');
  await expect(window.getByPlaceholder('Search or run a command')).toBeFocused();
  await window.keyboard.type('Settings');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
});
