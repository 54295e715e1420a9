import type { ResponseEnvelope } from './envelope.ts'

/** Where a request comes from, as the gateway sees it. */
export type Peer = {
  address: string
  port: number
  /** It came through a proxy in front of the gateway. */
  viaProxy: boolean
}

/**
 * An HTTP request as it is handled here: in the terms of the fetch standard, but read whole and
 * parsed once, and with its peer.
 */
export class HttpRequest {
  readonly method: string
  /** On the public origin. */
  readonly url: URL
  /** By their names in lower case; the values of a repeated one are joined (RFC 9110 section 5.3). */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array | null
  readonly peer: Peer

  constructor(request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'peer'>) {
    this.method = request.method
    this.url = request.url
    this.headers = request.headers
    this.body = request.body
    this.peer = request.peer
  }

  text(): string {
    return this.body === null ? '' : new TextDecoder().decode(this.body)
  }

  withBody(text: string): HttpRequest {
    const body = Buffer.from(text)
    const headers = new Map(this.headers).set('content-length', String(body.byteLength))
    return new HttpRequest({ ...this, headers, body })
  }

  withUrl(url: URL): HttpRequest {
    return new HttpRequest({ ...this, url })
  }

  /** @param name in lower case */
  withoutHeader(name: string): HttpRequest {
    const headers = new Map(this.headers)
    headers.delete(name)
    return new HttpRequest({ ...this, headers })
  }
}

/** An HTTP response; names of headers are in lower case. */
export type HttpResponse = ResponseEnvelope

/** An HTTP application. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

type Init = { status?: number; headers?: Record<string, string> }

export function jsonResponse(value: unknown, { status = 200, headers = {} }: Init = {}) {
  const body = JSON.stringify(value)
  return textResponse(body, { status, headers: { 'content-type': 'application/json', ...headers } })
}

export function textResponse(body: string, { status = 200, headers = {} }: Init = {}) {
  return { status, headers: Object.entries(headers), body: Buffer.from(body) }
}

export function emptyResponse(status: number, headers: Record<string, string> = {}): HttpResponse {
  return { status, headers: Object.entries(headers), body: null }
}

/** @throws {SyntaxError} when the body is no JSON */
export function readJson({ body }: Pick<HttpRequest | HttpResponse, 'body'>): unknown {
  return JSON.parse(new TextDecoder().decode(body ?? undefined))
}

/** The first value of a header. @param name in lower case */
export function headerOf({ headers }: HttpResponse, name: string): string | undefined {
  return headers.find(([given]) => given === name)?.[1]
}

/** The same response without some headers. @param names in lower case */
export function withoutHeaders(response: HttpResponse, names: string[]): HttpResponse {
  const headers = response.headers.filter(([name]) => !names.includes(name))
  return { ...response, headers }
}
