import { setTimeout as delay } from 'node:timers/promises';

export { delay };

/** Resolves once the condition holds, which is asked again and again; fails when it does not in time. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadline = 30_000,
  detail: () => string = () => '',
): Promise<void> {
  for (const end = Date.now() + deadline; Date.now() < end; await delay(20)) if (await holds()) return;
  throw new Error(`Waited ${deadline} ms in vain for ${what} ${detail()}`);
}
