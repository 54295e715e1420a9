import { type BenchClient, refresh } from '../../clients/lean_client.ts'
import { quantile } from '../figures/statistics.ts'

/** Times in ms. */
export type Round = {
  /** Of each refresh that was answered. */
  durations: number[]
  p50: number
  p99: number
  perSecond: number
  errors: number
}

/**
 * Refreshes every token once, in the order given; its successor takes its place.
 *
 * @param until when none is begun any more, by `performance.now()`
 */
export async function refreshRound(
  client: BenchClient,
  tokens: string[],
  inFlight: number,
  until = Number.POSITIVE_INFINITY,
): Promise<Round> {
  const durations: number[] = []
  let errors = 0
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < tokens.length && performance.now() < until) {
        const i = next++
        const begun = performance.now()
        try {
          tokens[i] = await refresh(client, tokens[i] as string)
          durations.push(performance.now() - begun)
        } catch {
          errors++
        }
      }
    }),
  )
  const perSecond = (durations.length / (performance.now() - start)) * 1000
  const [p50, p99] = [quantile(durations, 0.5), quantile(durations, 0.99)]
  return { durations, p50, p99, perSecond, errors }
}
