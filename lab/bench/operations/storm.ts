import { connect } from '../../clients/lean_http.ts'
import type { Figures } from '../figures/figures.ts'
import { median } from '../figures/statistics.ts'
import { each, type Operation } from './operation.ts'
import { refresh } from './operations.ts'
import { createSession } from './session_client.ts'

/** Concurrent sign-ins, each again as soon as it is answered. */
const SIGN_INS = 20
/** Refreshes in flight meanwhile. */
export const STORM_IN_FLIGHT = 16

const ALONE = 'refresh alone'
const BESIDE = 'refresh beside sign-ins'

/** Every sign-in costs some 40 ms of scrypt, for which no refresh is to wait. */
export const storm: Operation[] = [
  { ...refresh, name: ALONE },
  {
    ...refresh,
    name: BESIDE,
    beside: (origin, people) =>
      each(people.slice(STORM_IN_FLIGHT, STORM_IN_FLIGHT + SIGN_INS), async (person) => {
        const connection = connect(origin)
        return async () => void (await createSession(connection, person))
      }),
  },
]

/** @returns a Markdown section */
export function renderStorm(figures: Figures[]): string {
  const rows = [...new Set(figures.map(({ server }) => server))].map((server) => {
    const of = (operation: string) =>
      figures.filter((f) => f.server === server && f.operation === operation)
    const p99 = (operation: string) => median(of(operation).map((f) => f.p99))
    const cells = [
      server,
      median(of(ALONE).map((f) => f.perSecond)).toFixed(0),
      median(of(BESIDE).map((f) => f.perSecond)).toFixed(0),
      p99(ALONE).toFixed(1),
      p99(BESIDE).toFixed(1),
      `${(p99(BESIDE) / p99(ALONE)).toFixed(2)}×`,
      '≤ 3×',
      median(of(BESIDE).map((f) => f.besidePerSecond)).toFixed(0),
      figures.filter((f) => f.server === server).reduce((sum, { errors }) => sum + errors, 0),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return `## Refresh beside ${SIGN_INS} concurrent sign-ins

${STORM_IN_FLIGHT} refreshes in flight, without and with ${SIGN_INS} calls of \`createSession\` at a time.

| server | refresh /s | beside sign-ins /s | p99 ms | beside sign-ins p99 ms | ratio | target | sign-ins /s | errors |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}
