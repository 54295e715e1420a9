import type { Figures } from '../figures/figures.ts'
import { compared, medians, ratio, table } from '../figures/rows.ts'
import { passing } from '../operations/passing.ts'
import { INSIDE, ONE_NAME, type ServerName, STOCK } from '../servers/servers.ts'

/** One operation at one concurrency: what each server did in each run. */
type Row = Record<'alone' | 'direct' | 'own', Figures[]> & { name: string; inFlight: number }

/** Asked with a token, a PDS alone has to do with it what the entryway did before. */
const TO_ALONE = ['createRecord']

/** @returns a Markdown section */
export function renderPassing(figures: Figures[]): string {
  const rows = rowsOf(figures)
  const tableOf = (columns: string[], cells: (row: Row) => string[]) =>
    table(
      ['operation', 'in flight', ...columns],
      rows.map((row) => [row.name, row.inFlight, ...cells(row)]),
    )
  const inTurn = ({ alone, direct, own }: Row) => [alone, direct, own].map(medians)
  return `## Under one name

What a PDS answers alone, with the PDS inside: "one name" is asked through the gateway, "directly" is the
same PDS asked on its own port, "alone" is a stock PDS without an entryway, as shipped.

- \`getRecord\` and \`getBlob\` (1 MB) are read by nobody in particular. They are compared with the same PDS
  asked directly (**bold**): the gateway is all that differs.
- \`createRecord\` is asked by an OAuth app, with DPoP. It is compared with the stock PDS alone (**bold**),
  which issued the token itself and looks each one up in its database. Behind the gateway, which
  knows whether the session is open, the PDS inside verifies the token alone; asked directly it would
  take that of a session that has ended.

### Requests a second

Wanted at 16 in flight: 0.85× (bold).

${tableOf(['alone', 'directly', 'one name', 'to alone', 'to directly', 'errors'], (row) => [
  ...inTurn(row).map(({ perSecond }) => perSecond.toFixed(0)),
  ratio(row.own, row.alone, 'perSecond', { isBold: isToAlone(row) }),
  ratio(row.own, row.direct, 'perSecond', { isBold: !isToAlone(row) }),
  String(inTurn(row).reduce((sum, { errors }) => sum + errors, 0)),
])}

### Latency in ms

Wanted at 1 in flight: at most 1 ms more at p50.

${tableOf(
  [
    'alone p50',
    'directly p50',
    'one name p50',
    'more',
    'alone p99',
    'directly p99',
    'one name p99',
  ],
  (row) => [
    ...inTurn(row).map(({ p50 }) => p50.toFixed(2)),
    more(row),
    ...inTurn(row).map(({ p99 }) => p99.toFixed(1)),
  ],
)}

### CPU

Of the servers, ms a request; of the load generator, in cores, against each of them.

${tableOf(
  [
    'alone',
    'directly',
    'one name: PDS',
    'one name: gateway',
    'generator, alone',
    'generator, directly',
    'generator, one name',
  ],
  (row) => {
    const [alone, direct, own] = inTurn(row) as [Figures, Figures, Figures]
    return [
      ...[alone.cpu, direct.cpu, own.insideCpu, own.cpu].map((ms) => ms.toFixed(2)),
      ...[alone, direct, own].map(({ generatorCpu }) => generatorCpu.toFixed(2)),
    ]
  },
)}
`
}

const isToAlone = ({ name }: Row) => TO_ALONE.includes(name)

/** How much longer one waits at p50, in ms. */
function more(row: Row): string {
  const others = isToAlone(row) ? row.alone : row.direct
  const { middle, ends } = compared(row.own, others, (one, other) => one.p50 - other.p50)
  return `**${middle}** ${ends}`
}

function rowsOf(figures: Figures[]): Row[] {
  return passing.flatMap(({ name }) => {
    const measured = figures.filter((f) => f.operation === name)
    return [...new Set(measured.map((f) => f.inFlight))].map((inFlight) => {
      const of = (server: ServerName) =>
        measured.filter((f) => f.server === server && f.inFlight === inFlight)
      return { name, inFlight, alone: of(STOCK), direct: of(INSIDE), own: of(ONE_NAME) }
    })
  })
}
