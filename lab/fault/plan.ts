import {
  crashAnywhere,
  crashAt,
  crashPds,
  diskAlmostFull,
  diskFull,
  diskFullAfterStart,
  type Fault,
  locked,
  peerOutage,
} from './faults.ts'
import { type KillPoint, killPoints } from './kill_points.ts'

/**
 * What the servers around can do to it. PLC is never replaced by a server that says yes to everything:
 * a stock PDS believes any 200 from there, and makes an account whose DID does not resolve.
 */
const outages: readonly Fault[] = [
  peerOutage('pds', 'refuse'),
  peerOutage('pds', 'fail'),
  peerOutage('pds', 'rubbish'),
  peerOutage('pds', 'hang'),
  peerOutage('plc', 'refuse'),
  peerOutage('plc', 'fail'),
  peerOutage('plc', 'hang'),
  peerOutage('smtp', 'refuse'),
  peerOutage('smtp', 'rubbish'),
  peerOutage('smtp', 'hang'),
  diskFull,
  diskFullAfterStart,
  diskAlmostFull,
  locked('directory'),
  locked('auth'),
]

/**
 * What a network with one process, one with a gateway of its own, and one whose PDS is inside the
 * program go through.
 */
export type Plan = { together: Fault[]; split: Fault[]; embedded: Fault[] }

/** What a program with its PDS inside goes through in turn. */
export const inside: readonly Fault[] = [
  crashPds({ withProgram: false }),
  crashAnywhere(),
  crashPds({ withProgram: true }),
].map((fault) => ({ ...fault, name: `PDS inside: ${fault.name}` }))

/** What the two processes of a split program go through in turn; the runner also more than a crash. */
const apart = (turn: number): Fault => {
  const points = killPoints.filter(({ at }) => at.when === 'committed')
  const kinds = [
    crashAnywhere('gateway'),
    crashAnywhere('runner'),
    crashAnywhere(),
    crashAt(points[turn % points.length] as KillPoint),
    diskFullAfterStart,
  ]
  const fault = kinds[turn % kinds.length] as Fault
  return { ...fault, name: `two processes: ${fault.name}` }
}

const embeddedInTurn = (times: number) =>
  Array.from({ length: times }, (_, turn) => inside[turn % inside.length] as Fault)

const splitInTurn = (times: number) => Array.from({ length: times }, (_, turn) => apart(turn))

/** `times` faults of one kind of program. */
export function planOnly(only: 'split' | 'embedded', times: number): Plan {
  const none: Plan = { together: [], split: [], embedded: [] }
  return only === 'split'
    ? { ...none, split: splitInTurn(times) }
    : { ...none, embedded: embeddedInTurn(times) }
}

/**
 * `times` faults: every outage twice, every kill point, the gateway and runner of a split program again
 * and again, likewise a program with its PDS inside, the rest at random.
 */
export function plan(times: number): Plan {
  const crashes = killPoints.map(crashAt)
  const split = splitInTurn(Math.floor(times / 8))
  const embedded = embeddedInTurn(Math.floor(times / 16))
  const apartFromOne = split.length + embedded.length
  const named = [...crashes, ...outages]
  const left = Math.max(0, times - apartFromOne - named.length - outages.length)
  const more = Array.from({ length: left }, (_, i) =>
    i % 2 === 0 ? crashAnywhere() : (crashes[Math.floor(i / 2) % crashes.length] as Fault),
  )
  return {
    together: [...named, ...more, ...outages].slice(0, times - apartFromOne),
    split,
    embedded,
  }
}
