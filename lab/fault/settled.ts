import { setTimeout as wait } from 'node:timers/promises'

/** Asks again until there is an answer; null after `patience` ms. */
export async function settled<T>(
  patience: number,
  ask: () => Promise<T | null>,
): Promise<T | null> {
  const deadline = Date.now() + patience
  for (;;) {
    const answer = await ask().catch(() => null)
    if (answer !== null || Date.now() > deadline) return answer
    await wait(250)
  }
}
