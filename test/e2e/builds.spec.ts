// A build from the window: open a folder, take an advice, build, see the stages, fail on a line, compare the two.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyboxArchive } from '../engine/harness.ts';
import { expect, test } from './app.ts';

const DOCKERFILE = `ARG BASE=busybox:test
FROM \${BASE} AS tool
RUN echo building the tool > /tool

FROM \${BASE}
ENV greeting hello
COPY --from=tool /tool /bin/
COPY src /src
CMD ["sh", "-c", "echo $greeting"]
`;

test('a folder becomes an image, and a mistake is shown on its line', async ({ engine, window: page }) => {
  test.setTimeout(120_000); // two builds and six views; 12 s on a quiet machine
  await engine.dockerOk('load', '-i', busyboxArchive());
  const folder = mkdtempSync(join(tmpdir(), 'gantry-project-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/main'), 'main');
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
  try {
    await page.getByRole('link', { name: 'Builds' }).click();
    await page.getByRole('button', { name: 'New build' }).first().click();
    await page.getByLabel('Folder on this computer').fill(folder);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page.getByLabel('Build argument BASE')).toHaveAttribute('placeholder', 'busybox:test');

    // one click turns the old form of ENV into the new one, saving writes it to the folder
    await page.getByRole('button', { name: 'Write it with =' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => readFileSync(join(folder, 'Dockerfile'), 'utf8')).toContain('ENV greeting=hello');

    const names = page.getByRole('combobox', { name: 'Names of the image' });
    await names.fill('story/app:1');
    await names.press('Enter');
    await expect(page.getByRole('note', { name: 'The same as a command' })).toHaveText(`docker build -t story/app:1 ${folder}`);
    await page.getByRole('button', { name: 'Build', exact: true }).click();

    await expect(page.getByRole('heading', { name: /story\/app:1/ })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Explore the image' })).toBeVisible({ timeout: 30_000 });
    expect((await engine.dockerOk('image', 'inspect', '--format', '{{json .Config.Env}}', 'story/app:1'))).toContain('greeting=hello');
    await page.getByText('Stages', { exact: true }).click();
    await expect(page.getByRole('group', { name: 'Graph of 2 stages' }).getByRole('button', { name: 'Step 6: COPY src /src' })).toBeVisible({ timeout: 30_000 }); // elkjs is large: its first load takes a loaded machine seconds
    await page.getByText('Timeline', { exact: true }).click();
    await expect(page.getByRole('button', { name: /^2: RUN echo building the tool/ })).toBeVisible();

    // a line of the Dockerfile leads to the layer it made
    await page.getByText('Dockerfile', { exact: true }).click();
    await page.getByRole('button', { name: 'Show the layer of line 8' }).click();
    await expect(page.getByRole('option', { selected: true })).toContainText('COPY src /src');
    await page.goBack();

    writeFileSync(join(folder, 'Dockerfile'), readFileSync(join(folder, 'Dockerfile'), 'utf8').replace('CMD', 'RUN cat /src/nothing\nCMD'));
    await page.getByRole('button', { name: 'Build again' }).click();
    await expect(page.getByText('Step 7 failed (line 9 of the Dockerfile)')).toBeVisible({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Show the log of the step' }).click();
    await expect(page.getByRole('log', { name: 'Log of step 7' })).toContainText("can't open '/src/nothing'");
    await page.getByRole('button', { name: 'Show the line' }).click();
    await expect(page.getByRole('note').filter({ hasText: "can't open '/src/nothing'" })).toBeVisible();

    // the same form again, filled as it was; what runs too long is stopped
    await page.getByRole('button', { name: 'Change and build' }).click();
    await expect(page.getByRole('note', { name: 'The same as a command' })).toHaveText(`docker build -t story/app:1 ${folder}`);
    await page.getByRole('textbox', { name: 'Dockerfile' }).fill('FROM busybox:test\nRUN echo begun && sleep 600\n');
    await page.getByRole('button', { name: 'Build', exact: true }).click();
    await expect(page.getByRole('log', { name: 'Log of step 2' })).toContainText('begun', { timeout: 30_000 });
    await page.getByRole('button', { name: 'Cancel build' }).click();
    await expect(page.getByRole('heading', { name: /story\/app:1 ?Cancelled/ })).toBeVisible();
    await page.getByRole('link', { name: 'Builds' }).first().click();
    await page.getByRole('grid', { name: 'Builds' }).getByText('Cancelled').click();
    await expect(page.getByRole('heading', { name: /Cancelled/ })).toBeVisible();

    await page.getByRole('link', { name: 'Builds' }).first().click();
    for (const box of (await page.getByRole('checkbox', { name: 'Select story/app:1' }).all()).slice(-2)) await box.check();
    await page.getByRole('button', { name: 'Compare' }).click();
    await expect(page.getByRole('row', { name: /new\s*RUN cat \/src\/nothing/ })).toBeVisible();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
