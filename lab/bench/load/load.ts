import type { Credentials } from '../../clients/headless_sign_in.ts'
import { factors } from '../operations/factors.ts'
import { openid } from '../operations/openid.ts'
import { operations } from '../operations/operations.ts'
import { passing } from '../operations/passing.ts'
import { signUpPeople } from '../operations/people.ts'
import { storm } from '../operations/storm.ts'
import { type StreamRequest, type StreamResult, stream } from './stream_load.ts'

/** A message to the load generator, a process of its own. */
export type LoadRequest =
  | { kind: 'people'; origin: string; count: number }
  | {
      kind: 'run'
      origin: string
      address: string
      people: Credentials[]
      operation: string
      inFlight: number
    }
  | StreamRequest

/** Durations of the requests that were answered in ms; the generator's own CPU in ms; how much went on beside. */
export type LoadResult = {
  durations: number[]
  errors: string[]
  elapsed: number
  generatorCpu: number
  beside: number
}

export type LoadMessage =
  | { kind: 'ready' }
  | { kind: 'go' }
  | { kind: 'people'; people: Credentials[] }
  | ({ kind: 'done' } & LoadResult)
  | { kind: 'streamed'; result: StreamResult }

/** Milliseconds after which a run begins no further request, whatever is left. */
const LONGEST_RUN = 15_000

const tell = (message: LoadMessage) => process.send?.(message)

process.on('message', async (request: LoadRequest) => {
  if (request.kind === 'people') {
    tell({ kind: 'people', people: await signUpPeople(request.origin, request.count) })
    return
  }
  if (request.kind === 'stream') {
    tell({ kind: 'streamed', result: await stream(request) })
    return
  }
  const operation = [...operations, ...storm, ...factors, ...openid, ...passing].find(
    ({ name }) => name === request.operation,
  )
  if (!operation) throw new Error(`No such operation: ${request.operation}`)
  const { origin, address, people, inFlight } = request
  const lanes = await operation.lanes(origin, people, inFlight, address)
  const others = (await operation.beside?.(origin, people)) ?? []
  // One round that is not counted: connections, caches, compiled code.
  await Promise.all(lanes.map((lane) => lane()))

  tell({ kind: 'go' })
  const durations: number[] = []
  const errors: string[] = []
  let left = operation.count(inFlight)
  const cpu = process.cpuUsage()
  let over = false
  let beside = 0
  const goingOn = others.map(async (lane) => {
    while (!over) {
      const failed = await lane().catch((err: Error) => errors.push(err.message))
      if (!failed && !over) beside++
    }
  })
  const start = performance.now()
  await Promise.all(
    lanes.map(async (lane) => {
      while (left-- > 0 && performance.now() - start < LONGEST_RUN) {
        const begun = performance.now()
        const failed = await lane().catch((err: Error) => errors.push(err.message))
        // To refuse is less work than to answer.
        if (!failed) durations.push(performance.now() - begun)
      }
    }),
  )
  const elapsed = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  over = true
  await Promise.all(goingOn)
  tell({ kind: 'done', durations, errors, elapsed, generatorCpu: (user + system) / 1000, beside })
})

process.on('disconnect', () => process.exit(0))
tell({ kind: 'ready' })
