import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenIdle } from './idle.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the task runs once after enough requests and a quiet while, and not again before there were as many', () => {
  const task = vi.fn();
  const request = whenIdle(task, { afterMs: 1000, minRequests: 3 });
  request(); request();
  vi.advanceTimersByTime(5000);
  expect(task).not.toHaveBeenCalled();
  request();
  vi.advanceTimersByTime(999);
  request(); // the quiet begins anew
  vi.advanceTimersByTime(999);
  expect(task).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  request();
  vi.advanceTimersByTime(5000);
  expect(task).toHaveBeenCalledTimes(1);
});
