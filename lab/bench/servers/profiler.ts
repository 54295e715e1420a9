/**
 * Loaded with `--import` into a server that is to be profiled, and only there: starts V8's CPU
 * profiler by one message, and answers the next with the profile.
 */
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'

export type ProfilerRequest = { profiler: 'start' | 'stop' }
export type ProfilerAnswer = { profile: Profiler.Profile | null }

/** Microseconds between two looks at the stack. */
const INTERVAL = 200

const session = new Session()
session.connect()

process.on('message', async ({ profiler }: ProfilerRequest) => {
  let answer: ProfilerAnswer = { profile: null }
  if (profiler === 'start') {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL })
    await session.post('Profiler.start')
  } else if (profiler === 'stop') {
    answer = await session.post('Profiler.stop')
  }
  process.send?.(answer)
})
process.channel?.unref()
