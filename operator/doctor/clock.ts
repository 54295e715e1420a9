import { DOCTOR_CLOCK } from '../../base/lifetimes.ts'
import type { Check } from './check.ts'
import { ask, look } from './run_check.ts'

/** Compares this clock with the `Date` of others; it is good to the second. */
export function checkClocks(peers: { name: string; url: string }[]): Promise<Check[]> {
  return Promise.all(
    peers.map(({ name, url }) =>
      look(`Clock against ${name}`, `see that ${url} can be reached from here`, async () => {
        const begun = Date.now()
        const date = Date.parse((await ask(url)).headers.get('date') ?? '')
        if (Number.isNaN(date)) return { state: 'ok', found: 'it does not tell the time' }
        const skew = Math.round((date - (begun + Date.now()) / 2) / 1000)
        if (Math.abs(skew) * 1_000 <= DOCTOR_CLOCK)
          return { state: 'ok', found: `${Math.abs(skew)} s apart` }
        return {
          state: 'failed',
          found: `${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead'}`,
          mend: 'let a time service such as systemd-timesyncd set the clock, here or there',
        }
      }),
    ),
  )
}
