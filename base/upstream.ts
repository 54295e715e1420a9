import { upstreamSeconds } from './metrics.ts'
import type { Part } from './tracer.ts'
import { tracePart } from './tracing.ts'

/** A server that the program calls for its own work. */
export type Upstream = 'pds' | 'plc' | 'smtp' | 'engine'

/** Calls another server: the call is timed, and is a part of the trace of the request that it is for. */
export async function askUpstream<T>(
  upstream: Upstream,
  part: Omit<Part, 'kind'>,
  call: () => Promise<T>,
): Promise<T> {
  const end = upstreamSeconds.startTimer({ upstream })
  try {
    const answer = await tracePart({ ...part, kind: 'client' }, call, (answer) =>
      answer instanceof Response ? answer.status : undefined,
    )
    end({ result: 'answered' })
    return answer
  } catch (err) {
    end({ result: 'failed' })
    throw err
  }
}
