import { expect, test } from 'vitest';
import { ended, run, startTool, ToolError } from './run.ts';

test('collects output and feeds input', async () => {
  const result = await run(['sh', '-c', 'cat; echo warn >&2'], { input: 'hello' });
  expect(result).toEqual({ exitCode: 0, stdout: 'hello', stderr: 'warn\n' });
});

test('a failure says the last words of the program', async () => {
  const error = await run(['sh', '-c', 'echo no such thing >&2; exit 3']).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ToolError);
  expect(error).toMatchObject({ message: 'sh: no such thing', exitCode: 3, stderrTail: 'no such thing' });
});

test('an accepted exit code is no failure', async () => {
  expect((await run(['sh', '-c', 'exit 1'], { accept: [0, 1] })).exitCode).toBe(1);
});

test('a program that does not exist is named', async () => {
  await expect(run(['/no/such/program'])).rejects.toMatchObject({ exitCode: null, argv: ['/no/such/program'] });
});

test('abort kills the program and gives the reason', async () => {
  await expect(run(['sleep', '60'], { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a started program is awaited with ended', async () => {
  expect(await ended(startTool(['true'], { stdio: 'ignore' }))).toBe(0);
});
