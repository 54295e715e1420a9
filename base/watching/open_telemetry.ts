import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import packageJson from '../../package.json' with { type: 'json' }
import { TRACES_END } from '../lifetimes.ts'
import type { TracesSetting } from '../settings/traces_setting.ts'
import { withDeadline } from '../time/deadline.ts'
import { codeOf } from '../values/fault_code.ts'
import { FaultLog } from './fault_log.ts'
import type { Log } from './log.ts'
import type { Part, Tracer } from './tracer.ts'

const KINDS = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, server: SpanKind.SERVER }

const { name, version } = packageJson

/**
 * Spans by the packages of OpenTelemetry, which read its settings from the environment. Nothing is registered
 * for all code of the process: other packages would add spans with what they like in them.
 *
 * Spans wait in a queue with a bound (`OTEL_BSP_MAX_QUEUE_SIZE`), and those that come when it is full are
 * dropped. No request waits for the collector.
 */
export async function openTracer(
  { protocol }: NonNullable<TracesSetting>,
  log: Log,
): Promise<Tracer> {
  const exporter = telling(await exporterOf(protocol), log)
  const processor = new BatchSpanProcessor(exporter)
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': name, 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [processor],
  })
  return new OpenTelemetry(provider, async () => {
    try {
      await withDeadline(
        processor.forceFlush().then(() => exporter.forceFlush?.()),
        TRACES_END,
      )
    } catch {
      log.warn('the last traces were not sent')
    }
    void processor.shutdown().catch(() => {})
  })
}

async function exporterOf(protocol: NonNullable<TracesSetting>['protocol']): Promise<SpanExporter> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  return new OTLPTraceExporter()
}

/** The same exporter; the log says when the collector begins to fail, and when it takes spans again. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  const faults = new FaultLog(log, 'sending traces')
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.SUCCESS) faults.succeeded()
        else faults.failed(result.error)
        done(result)
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

class OpenTelemetry implements Tracer {
  readonly #tracer: ReturnType<BasicTracerProvider['getTracer']>
  readonly end: () => Promise<void>
  readonly #current = new AsyncLocalStorage<Span>()
  readonly #propagator = new W3CTraceContextPropagator()

  constructor(provider: BasicTracerProvider, end: () => Promise<void>) {
    this.#tracer = provider.getTracer(name, version)
    this.end = end
  }

  /**
   * Strangers send this header, or proxies as strangers sent it to them. So the request begins a trace of its
   * own, which the sampler decides on, and only a link leads to what was sent.
   */
  request: Tracer['request'] = async (method, sent, work) => {
    const context = trace.getSpanContext(this.#contextOf(sent))
    const links = context ? [{ context }] : []
    const span = this.#begin({ name: method, kind: 'server', method }, ROOT_CONTEXT, links)
    await this.#within(span, {}, async () => {
      const { route, status } = await work()
      span.updateName(`${method} ${route}`)
      span.setAttribute('http.route', route)
      noteStatus(span, status, 500)
    })
  }

  part: Tracer['part'] = (part, work, statusOf) => {
    const current = this.#current.getStore()
    // What was begun for a request that is answered by now is no part of it.
    if (!current?.isRecording()) return work()
    const span = this.#begin(part, trace.setSpan(ROOT_CONTEXT, current))
    return this.#within(span, part, async () => {
      const result = await work()
      const status = statusOf?.(result)
      if (status !== undefined) noteStatus(span, status, 400)
      return result
    })
  }

  partOf: Tracer['partOf'] = (traceparent, part, work) =>
    this.#within(this.#begin(part, this.#contextOf(traceparent)), part, work)

  traceparent(): string | null {
    const span = this.#current.getStore()
    if (!span) return null
    const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0
    if (isSampled && !span.isRecording()) return null
    const carrier: { traceparent?: string } = {}
    const setter = {
      set: (to: typeof carrier, key: string, value: string) => {
        if (key === 'traceparent') to.traceparent = value
      },
    }
    this.#propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, setter)
    return carrier.traceparent ?? null
  }

  /** @param traceparent anything else is no context */
  #contextOf(traceparent: unknown): Context {
    return this.#propagator.extract(ROOT_CONTEXT, traceparent, {
      get: (given, key) => (key === 'traceparent' && typeof given === 'string' ? given : undefined),
      keys: () => ['traceparent'],
    })
  }

  #begin({ name, kind, method, host }: Part, within: Context, links: Link[] = []): Span {
    const attributes = {
      ...(method !== undefined && { 'http.request.method': method }),
      ...(host !== undefined && { 'server.address': host }),
    }
    return this.#tracer.startSpan(name, { kind: KINDS[kind], attributes, links }, within)
  }

  async #within<T>(
    span: Span,
    { isAnswer }: Pick<Part, 'isAnswer'>,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#current.run(span, work)
    } catch (err) {
      if (!isAnswer?.(err)) noteFault(span, typeOf(err))
      throw err
    } finally {
      span.end()
    }
  }
}

/** @param faultFrom the least status that is a fault of the side that the span is of */
function noteStatus(span: Span, status: number, faultFrom: 400 | 500): void {
  span.setAttribute('http.response.status_code', status)
  if (status >= faultFrom) noteFault(span, String(status))
}

function noteFault(span: Span, type: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** Of an error its code or class, never its message: that may repeat what a client sent. */
function typeOf(err: unknown): string {
  if (!(err instanceof Error)) return typeof err
  const code = codeOf(err.cause ?? err)
  if (/^[A-Z]+(_[A-Z]+)*$/.test(code)) return code
  return /^\w{1,60}$/.test(err.name) ? err.name : 'Error'
}
