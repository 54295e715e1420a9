import { json } from 'node:stream/consumers'
import { listenOnLoopback, type Peer } from '../loopback.ts'

/** A span as it came to the collector. */
export type CollectedSpan = {
  traceId: string
  spanId: string
  /** Null for the first of a trace. */
  parentId: string | null
  name: string
  kind: 'internal' | 'server' | 'client'
  attributes: Record<string, string | number>
  /** The traces that it links to. */
  links: string[]
  isFault: boolean
  /** Of the program that sent it. */
  service: string
}

export type Collector = Peer & {
  /** The settings of a program that sends its traces here. */
  env: Record<string, string>
  spans: CollectedSpan[]
  /** Everything that came, as it came. */
  text(): string
  /** Takes no more spans, as when it is overloaded (`refusing`) or stuck (`silent`). */
  set(mode: 'taking' | 'refusing' | 'silent'): void
}

/** Starts a collector of traces (OTLP over HTTP, in JSON), on a free loopback port. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const texts: string[] = []
  let mode = 'taking'
  const { url, close } = await listenOnLoopback(async (request, response) => {
    const message = (await json(request)) as Message
    if (mode === 'silent') return
    if (mode === 'refusing' || request.url !== '/v1/traces') {
      response.writeHead(400).end()
      return
    }
    texts.push(JSON.stringify(message))
    spans.push(...spansOf(message))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  return {
    ...{ url, close, spans },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    text: () => texts.join('\n'),
    set: (next) => {
      mode = next
    },
  }
}

type Attributes = { key: string; value: { stringValue?: string; intValue?: number } }[]

/** As `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest` is in JSON. */
type Message = {
  resourceSpans: {
    resource: { attributes: Attributes }
    scopeSpans: {
      spans: {
        traceId: string
        spanId: string
        parentSpanId?: string
        name: string
        kind: number
        attributes: Attributes
        links: { traceId: string }[]
        status: { code: number }
      }[]
    }[]
  }[]
}

const KINDS = ['internal', 'internal', 'server', 'client'] as const
const FAULT = 2

function spansOf({ resourceSpans }: Message): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, kind, attributes, links, status }) => ({
        ...{ traceId, spanId, name, attributes: valuesOf(attributes) },
        parentId: parentSpanId || null,
        kind: KINDS[kind] ?? 'internal',
        links: links.map((link) => link.traceId),
        isFault: status.code === FAULT,
        service: String(valuesOf(resource.attributes)['service.name']),
      })),
    ),
  )
}

function valuesOf(attributes: Attributes): CollectedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']),
  )
}
