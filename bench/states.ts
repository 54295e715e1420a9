import { startPlc } from '../world/plc.ts'
import { type Round, refreshRound } from './refresh_round.ts'
import { startSeeded } from './seeded.ts'
import { median } from './statistics.ts'

/** What an account was doing before its refresh. */
export type State = 'awake' | 'asleep' | 'first after a restart'
export type StateFigures = { state: State; rounds: Round[] }

/** Accounts, each of them refreshed once a round, one after the other. */
export const STATE_ACCOUNTS = 300
/** Rounds that make the program warm, so that only the account is not. */
const WARM_UP = 5

/**
 * Refreshes accounts that are awake, accounts that were put to sleep, which takes a minute a run,
 * and accounts of a program that has just started.
 */
export async function measureStates(runs: number): Promise<StateFigures[]> {
  const plc = await startPlc()
  const { vestibule, client, tokens, asleep, close } = await startSeeded(plc.url, STATE_ACCOUNTS, 1)
  const states: Record<State, Round[]> = { awake: [], asleep: [], 'first after a restart': [] }
  const round = () => refreshRound(client, tokens, 1)
  try {
    for (let run = 0; run < runs; run++) {
      for (let i = 0; i < WARM_UP; i++) await round()
      states.awake.push(await round())
      await asleep()
      states.asleep.push(await round())
      await vestibule.restart()
      states['first after a restart'].push(await round())
      console.error(`states, run ${run + 1}`)
    }
  } finally {
    await close()
    await plc.close()
  }
  return Object.entries(states).map(([state, rounds]) => ({ state: state as State, rounds }))
}

/** @returns a Markdown section */
export function renderStates(states: StateFigures[]): string {
  const p50 = (state: State) =>
    median(states.find((s) => s.state === state)?.rounds.map((round) => round.p50) ?? [])
  const wanted: Record<State, string> = {
    awake: '',
    asleep: '≤ 2×',
    'first after a restart': '',
  }
  const rows = states.map(({ state, rounds }) => {
    const cells = [
      state,
      p50(state).toFixed(1),
      median(rounds.map((round) => round.p99)).toFixed(1),
      `${(p50(state) / p50('awake')).toFixed(2)}×`,
      wanted[state],
      rounds.reduce((sum, { errors }) => sum + errors, 0),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return `## Refresh by what the account was doing

${STATE_ACCOUNTS} accounts, each refreshed once a run, one after the other. An account falls asleep after a minute
without calls; after a restart the program is cold, too.

| account | p50 ms | p99 ms | p50 to awake | target | errors |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}
