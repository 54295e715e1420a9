import type { TracesSetting } from '../settings/traces_setting.ts'
import type { Log } from './log.ts'
import type { Part, StatusOf, Tracer } from './tracer.ts'

let tracer: Tracer | null = null

/**
 * From now on requests are traced. OpenTelemetry is loaded with this, and by nothing else.
 *
 * @returns what sends the last spans, and ends it
 */
export async function startTracing(
  setting: NonNullable<TracesSetting>,
  log: Log,
): Promise<() => Promise<void>> {
  const { openTracer } = await import('./open_telemetry.ts')
  const opened = await openTracer(setting, log)
  tracer = opened
  return () => {
    tracer = null
    return opened.end()
  }
}

/** To be asked on hot ways, before a {@link Part} is made. */
export const isTracing = (): boolean => tracer !== null

/** Answers a request of a client within a trace, where requests are traced. */
export async function traceRequest(...given: Parameters<Tracer['request']>): Promise<void> {
  if (tracer) await tracer.request(...given)
  else await given[2]()
}

/** Does a part of the work for a request. Outside of a trace it is the work alone. */
export function tracePart<T>(
  part: Part,
  work: () => Promise<T>,
  statusOf?: StatusOf<T>,
): Promise<T> {
  return tracer ? tracer.part(part, work, statusOf) : work()
}

/** @param traceparent null where the caller traces nothing */
export function tracePartOf<T>(
  traceparent: string | null,
  part: Part,
  work: () => Promise<T>,
): Promise<T> {
  return tracer && traceparent !== null ? tracer.partOf(traceparent, part, work) : work()
}

/** The `traceparent` of what is asked of others now; null outside of a trace. */
export const currentTraceparent = (): string | null => tracer?.traceparent() ?? null
