import type { Figures } from '../figures/figures.ts'
import { medians, ratio, table } from '../figures/rows.ts'
import { openid } from '../operations/openid.ts'
import { ALONE, VESTIBULE } from '../servers/servers.ts'

/** @returns a Markdown section */
export function renderOpenid(figures: Figures[]): string {
  const rows = openid.flatMap(({ name }) => {
    const measured = figures.filter(({ operation }) => operation === name)
    return [...new Set(measured.map(({ inFlight }) => inFlight))].map((inFlight) => {
      const of = (server: string) =>
        measured.filter((each) => each.server === server && each.inFlight === inFlight)
      const [own, others] = [of(VESTIBULE), of(ALONE)]
      const [one, other] = [medians(own), medians(others)]
      return [
        ...[name, inFlight, other.perSecond.toFixed(0), one.perSecond.toFixed(0)],
        ...[
          ratio(own, others, 'perSecond', { isBold: true }),
          other.p50.toFixed(1),
          one.p50.toFixed(1),
        ],
        ...[
          one.p99.toFixed(1),
          other.cpu.toFixed(2),
          one.cpu.toFixed(2),
          one.errors + other.errors,
        ],
      ]
    })
  })
  return `## OpenID

Beside \`oidc-provider\` alone in one process, with its storage in memory: nothing of it is durable, and it has no
accounts. Wanted: 0.7× at 16 in flight.

${table(
  [
    ...['request', 'in flight', 'alone a second', 'Vestibule a second', 'to alone', 'alone p50 ms'],
    ...['Vestibule p50 ms', 'Vestibule p99 ms', 'alone CPU ms', 'Vestibule CPU ms', 'errors'],
  ],
  rows,
)}
`
}
