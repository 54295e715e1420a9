import { z } from 'zod'
import { collector, oneOf, share } from './setting_kinds.ts'

const PROTOCOLS = ['http/protobuf', 'http/json'] as const
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

/**
 * Standard settings of OpenTelemetry. Its packages read them, and others such as
 * `OTEL_EXPORTER_OTLP_HEADERS`, from the environment, and would ignore one that is wrong.
 */
export const tracesEnvironment = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(PROTOCOLS).default('http/protobuf'),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS).optional(),
  OTEL_TRACES_SAMPLER_ARG: share.optional(),
}

/** How traces are sent; null where they are not wanted. */
export type TracesSetting = { protocol: (typeof PROTOCOLS)[number] } | null

export function toTracesSetting(e: z.output<z.ZodObject<typeof tracesEnvironment>>): TracesSetting {
  if (e.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null
  return { protocol: e.OTEL_EXPORTER_OTLP_PROTOCOL }
}
