import { startPlc } from '../../world/servers/plc.ts'
import { median, quantile } from '../figures/statistics.ts'
import { refreshRound } from '../seeded/refresh_round.ts'
import { startSeeded } from '../seeded/seeded.ts'

/** Durations in ms of refreshes of accounts that did not run, and of the refreshes right after. */
type Pairs = { first: number[]; second: number[]; errors: number }
/** One run. */
export type States = { asleep: Pairs; restarted: Pairs }

/** Accounts, each of them refreshed twice a run, one after the other. */
const ACCOUNTS = 300
/** Rounds that make the program warm, so that only the account is not. */
const WARM_UP = 5

/**
 * Refreshes accounts that were put to sleep, which takes a minute a run, and accounts of a program
 * that has just started; each of them again at once, which finds it awake on the same machine under
 * the same load.
 */
export async function measureStates(runs: number): Promise<States[]> {
  const plc = await startPlc()
  const { vestibule, client, tokens, asleep, close } = await startSeeded(plc.url, ACCOUNTS, 1)
  const pairs = async (): Promise<Pairs> => {
    const measured: Pairs = { first: [], second: [], errors: 0 }
    for (let i = 0; i < tokens.length; i++) {
      const own = tokens.slice(i, i + 1)
      for (const kind of ['first', 'second'] as const) {
        const { p50, errors } = await refreshRound(client, own, 1)
        measured[kind].push(p50)
        measured.errors += errors
      }
      tokens.splice(i, 1, ...own)
    }
    return measured
  }
  const states: States[] = []
  try {
    for (let run = 0; run < runs; run++) {
      for (let i = 0; i < WARM_UP; i++) await refreshRound(client, tokens, 1)
      await asleep()
      const slept = await pairs()
      await vestibule.restart()
      states.push({ asleep: slept, restarted: await pairs() })
      console.error(`states, run ${run + 1}`)
    }
  } finally {
    await close()
    await plc.close()
  }
  return states
}

/** @returns a Markdown section */
export function renderStates(states: States[]): string {
  const row = (name: string, target: string, of: (run: States) => Pairs) => {
    const at = (kind: 'first' | 'second', share: number) =>
      median(states.map((run) => quantile(of(run)[kind], share)))
    const cells = [
      name,
      at('first', 0.5).toFixed(1),
      at('first', 0.99).toFixed(1),
      at('second', 0.5).toFixed(1),
      at('second', 0.99).toFixed(1),
      `**${(at('first', 0.5) / at('second', 0.5)).toFixed(2)}×**`,
      target,
      states.reduce((sum, run) => sum + of(run).errors, 0),
    ]
    return `| ${cells.join(' | ')} |`
  }
  return `## Refresh of an account that does not run

${ACCOUNTS} accounts, one after the other, each refreshed twice: the first finds it as the line says, the
second finds it awake. An account falls asleep after a minute without calls; after a restart the
program itself is cold, too.

| account | p50 ms | p99 ms | awake p50 ms | awake p99 ms | p50 to awake | target | errors |
| --- | --- | --- | --- | --- | --- | --- | --- |
${row('asleep', '≤ 2×', ({ asleep }) => asleep)}
${row('first after a restart', '', ({ restarted }) => restarted)}
`
}
