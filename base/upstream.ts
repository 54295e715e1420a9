import { UPSTREAM_TIMEOUT } from './lifetimes.ts'
import { upstreamSeconds } from './watching/metrics.ts'
import type { Part } from './watching/tracer.ts'
import { tracePart } from './watching/tracing.ts'

/** A server that the program calls for its own work. */
export type Upstream = 'pds' | 'plc' | 'smtp' | 'engine'

/** Bytes of one answer: some times what the longest of a stock PDS or of the PLC directory has. */
const LARGEST_ANSWER = 4_000_000

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

/**
 * `fetch` of what is answered from memory: within {@link UPSTREAM_TIMEOUT}, which reading its body has to keep, too,
 * and without redirects.
 *
 * @param most bytes: to read what is large holds everybody up
 * @throws {TypeError} and so does reading the body
 */
export async function fetchAnswer(
  url: URL,
  init: RequestInit = {},
  most = LARGEST_ANSWER,
): Promise<Response> {
  const signal = AbortSignal.timeout(UPSTREAM_TIMEOUT)
  const response = await fetch(url, { ...init, redirect: 'error', signal })
  const { status, statusText, headers } = response
  const body = response.body?.pipeThrough(bounded(most)) ?? null
  return new Response(body, { status, statusText, headers })
}

function bounded(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength
      if (left < 0) throw new TypeError(`The answer has more than ${bytes} bytes`)
      controller.enqueue(chunk)
    },
  })
}
