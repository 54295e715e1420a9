import type { Figures } from '../figures/figures.ts'
import { medians, ratio, table } from '../figures/rows.ts'
import type { Operation } from '../operations/operation.ts'
import { operations } from '../operations/operations.ts'
import { FLOOR, type ServerName, STOCK, STOCK_FULL, VESTIBULE } from '../servers/servers.ts'

/** One operation at one concurrency: what each server did in each run, and the medians. */
type Row = Pick<Operation, 'name' | 'durable'> & {
  inFlight: number
  runs: { stock: Figures[]; full: Figures[]; own: Figures[]; floor: Figures[] }
  stock: Figures
  full: Figures
  own: Figures
  floor: Figures
}

/** The servers side by side, and Vestibule as a ratio to the stock PDS of each durability and to the floor. */
export function renderOperations(figures: Figures[]): string {
  const rows = rowsOf(figures)
  const named = (isMeant: (operation: Operation) => boolean) =>
    operations.filter(isMeant).map(({ name }) => name)
  const peak = (server: ServerName) =>
    Math.max(...figures.filter((f) => f.server === server).map((f) => f.peakMemory)).toFixed(0)
  return `Two stock PDSs: "as shipped", where a commit does not wait for the disk (\`synchronous=NORMAL\`), and
"FULL", the same with \`synchronous=FULL\`, where every commit waits. The ratio in **bold** is that of
the same durability. Each is the median of the ratios of the runs, whose least and greatest are in brackets:

- to FULL in ${list(named(({ durable }) => durable))}, where
  Vestibule waits for the disk, too;
- to as shipped in ${list(named(({ durable }) => !durable))}, where it does not wait either.

The floor is a bare \`node:http\` server that does of each operation only what none can leave out: it verifies
the signature, makes those that are made, commits once with the same wait for the disk and answers as many
bytes; [figures.md](../figures.md#how-near-to-the-limit) says what else it leaves out.

## Requests a second

${tableOf(
  [
    'as shipped',
    'FULL',
    'Vestibule',
    'floor',
    'to as shipped',
    'to FULL',
    'to the floor',
    'errors',
  ],
  rows,
  ({ stock, full, own, floor, durable, runs }) => [
    ...[stock, full, own, floor].map(({ perSecond }) => perSecond.toFixed(0)),
    ...ratios(durable, runs, 'perSecond'),
    ratio(runs.own, runs.floor, 'perSecond', { isBold: false }),
    String(stock.errors + full.errors + own.errors + floor.errors),
  ],
)}

## Latency in ms

${tableOf(
  [
    'as shipped p50',
    'FULL p50',
    'Vestibule p50',
    'floor p50',
    'to as shipped',
    'to FULL',
    'as shipped p99',
    'FULL p99',
    'Vestibule p99',
    'floor p99',
  ],
  rows,
  ({ stock, full, own, floor, durable, runs }) => [
    ...[stock, full, own, floor].map(({ p50 }) => p50.toFixed(1)),
    ...ratios(durable, runs, 'p50'),
    ...[stock, full, own, floor].map(({ p99 }) => p99.toFixed(1)),
  ],
)}

## CPU

Of the server, ms a request; of the load generator, in cores, against each of them.

${tableOf(
  [
    'as shipped',
    'FULL',
    'Vestibule',
    'floor',
    'generator, as shipped',
    'generator, FULL',
    'generator, Vestibule',
    'generator, floor',
  ],
  rows,
  ({ stock, full, own, floor }) => [
    ...[stock, full, own, floor].map(({ cpu }) => cpu.toFixed(2)),
    ...[stock, full, own, floor].map(({ generatorCpu }) => generatorCpu.toFixed(2)),
  ],
)}

Peak memory: as shipped ${peak(STOCK)} MiB, FULL ${peak(STOCK_FULL)} MiB, Vestibule ${peak(VESTIBULE)} MiB (without
the PDS behind it).
`
}

function rowsOf(figures: Figures[]): Row[] {
  return operations.flatMap(({ name, durable }) => {
    const measured = figures.filter((f) => f.operation === name)
    return [...new Set(measured.map((f) => f.inFlight))].map((inFlight) => {
      const of = (server: ServerName) =>
        measured.filter((f) => f.server === server && f.inFlight === inFlight)
      const runs = {
        ...{ stock: of(STOCK), full: of(STOCK_FULL) },
        ...{ own: of(VESTIBULE), floor: of(FLOOR) },
      }
      return {
        name,
        durable,
        inFlight,
        runs,
        stock: medians(runs.stock),
        full: medians(runs.full),
        own: medians(runs.own),
        floor: medians(runs.floor),
      }
    })
  })
}

/** The ratios to the stock PDS as shipped and to FULL; that of the same durability stands out. */
function ratios(durable: boolean, runs: Row['runs'], key: 'perSecond' | 'p50'): string[] {
  return [
    ratio(runs.own, runs.stock, key, { isBold: !durable }),
    ratio(runs.own, runs.full, key, { isBold: durable }),
  ]
}

function tableOf(columns: string[], rows: Row[], cells: (row: Row) => string[]): string {
  return table(
    ['operation', 'in flight', ...columns],
    rows.map((row) => [row.name, row.inFlight, ...cells(row)]),
  )
}

function list(names: string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
