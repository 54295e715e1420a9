import { randomUUID } from 'node:crypto'
import { EndIsAwayError, type Move, MovedError } from '../../base/files/move.ts'
import { DataInUseError } from '../data_folder/hold.ts'
import type { Source, Target } from './place.ts'
import { type RoundOptions, Rounds, type Tally } from './round.ts'

/** A round that took less, ms, is short: what changes meanwhile may be copied while nothing serves. */
const SHORT = 2_000

/** So many rounds are made at most while the source serves: one that changes too quickly is not caught up with. */
const MAX_ROUNDS = 8

export type CopyReport = Tally & {
  /** Databases that were written in each round; the last is the one in which nothing served. */
  rounds: number[]
  /** From the last answer of the source until the target may be started, ms; null where nothing served. */
  stopped: number | null
}

export type CopyOptions = RoundOptions & {
  /** Called when the source, which serves, has been caught up with and is about to be stopped. */
  onStop?: () => void
}

/**
 * Moves an installation. While it serves it is copied, and what has changed since is copied again, until a round
 * is short. Then it is stopped, and the rest is copied. What was interrupted goes on where it was.
 *
 * At each moment one end may be served at most, by the marks at both ({@link Move}):
 *
 * | source | target | who may serve |
 * | --- | --- | --- |
 * | none | `copying` | the source |
 * | `moving` | `copying` | none |
 * | `moved` | `copying` | none |
 * | `moved` | none | the target |
 * | `moved` | `returned` | none: it is being taken back ({@link abandonMove}) |
 * | none | `returned` | the source |
 *
 * @throws {Error} when the target holds other data, or a copy is not the same
 * @throws {MovedError} when the source was moved before
 */
export async function copyData(options: CopyOptions): Promise<CopyReport> {
  const { from, to } = options
  try {
    const isServing = (await from.begin()) === 'serving'
    const [source, target] = [await from.readMove(), await to.readMove()]
    assertGoesOn(source, target, to)
    if (source?.state === 'moved') {
      await to.finish()
      return { ...NOTHING, rounds: [], stopped: null }
    }
    // What is not under way yet has an id of its own: other data may have been on their way to this target before.
    const id = source?.id ?? randomUUID()
    await to.begin({ state: 'copying', id, place: from.place })
    return await copyInRounds(options, { state: 'moving', id, place: to.place }, isServing)
  } finally {
    to.end()
    from.end()
  }
}

const NOTHING: Tally = { accounts: 0, copied: 0, present: 0, removed: 0, tables: 0, rows: 0 }

/** What is marked at the source has to be of this target. */
function assertGoesOn(source: Move | null, target: Move | null, to: Target): void {
  if (!source || (target?.state === 'copying' && target.id === source.id)) return
  if (target?.state === 'returned' && target.id === source.id) {
    throw new Error(`The move to ${to.place} is being taken back: finish that with --abandon`)
  }
  if (source.state !== 'moving') throw new MovedError(source)
  throw new Error(
    `The data are being moved to ${source.place}, and ${to.place} is not that: finish it, or take that back with --abandon`,
  )
}

async function copyInRounds(
  options: CopyOptions,
  move: Move,
  isServing: boolean,
): Promise<CopyReport> {
  const { from, to, onStop = () => {} } = options
  const rounds = new Rounds(options)
  const written: number[] = []
  for (let isShort = false; !isShort && written.length < MAX_ROUNDS; ) {
    const began = performance.now()
    written.push(await rounds.run({ isLast: !isServing }))
    isShort = !isServing || performance.now() - began < SHORT
  }
  onStop()
  const stopping = performance.now()
  if (isServing) await from.handOver(move)
  else await from.setMove(move)
  // What was written when nothing served is the last of it.
  written.push(await rounds.run({ isLast: true }))
  await from.setMove({ ...move, state: 'moved' })
  await to.finish()
  const stopped = isServing ? Math.round(performance.now() - stopping) : null
  return { ...rounds.tally, rounds: written, stopped }
}

const IF_LOST =
  'If it is lost for good, and nothing serves what it had, anywhere, say so with --target-lost'

/** What {@link abandonMove} is told. */
export type Abandoning = {
  /** Is given what would be taken back; where that throws, it stays. */
  ask?: (move: Move) => Promise<void>
  /** Whether a target that is away was lost for good: nobody is to serve it ever again. */
  isTargetLost?: boolean
}

/**
 * Has the source served again that was to be moved, as it was when it stopped. A target that has not finished cannot
 * be served, and is not asked, since it may be gone. One that has finished is marked first, so that it is not served
 * any more.
 *
 * @throws {Error} when the source or the target is served, or the source was not to be moved, or goes to another place
 * @throws {EndIsAwayError} when it is not known whether the target is served
 */
export async function abandonMove(
  from: Source,
  to: Pick<Target, 'place' | 'takeBack' | 'end'>,
  { ask = async () => {}, isTargetLost = false }: Abandoning = {},
): Promise<Move> {
  try {
    if ((await from.begin()) === 'serving') throw new DataInUseError(from.place)
    const move = await from.readMove()
    if (!move || (move.state !== 'moving' && move.state !== 'moved'))
      throw new Error(`The data in ${from.place} are not being moved`)
    if (move.place !== to.place)
      throw new Error(`The data in ${from.place} go to ${move.place}, not to ${to.place}`)
    await ask(move)
    if (move.state === 'moved') {
      await to
        .takeBack({ state: 'returned', id: move.id, place: from.place })
        .catch((err: unknown) => {
          if (!(err instanceof EndIsAwayError)) throw err
          if (!isTargetLost) throw new EndIsAwayError(`${err.message}. ${IF_LOST}`, { cause: err })
        })
    }
    await from.setMove(null)
    return move
  } finally {
    to.end()
    from.end()
  }
}
