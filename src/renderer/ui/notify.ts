// Short notes at the corner of the window. Errors stay until they are closed.
import { notifications } from '@mantine/notifications';
import { failureOf } from '../rpc.ts';

export function notifyDone(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 4000, withBorder: true });
}

export function notifyFailure(title: string, error: unknown): void {
  notifications.show({ title, message: failureOf(error).message, color: 'red', autoClose: false, withBorder: true, role: 'alert' });
}

/** Runs `work` and shows its failure, if any. @returns whether it went well */
export async function attempt(title: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    notifyFailure(title, error);
    return false;
  }
}
