import type { AskedInVain } from './asked_in_vain.ts'
import type { Parameters } from './body/read_body.ts'
import type { ResponseEnvelope } from './envelope.ts'

/** Where a request comes from, as the gateway sees it. */
export type Peer = {
  address: string
  port: number
  /** It came through a proxy in front of the gateway. */
  viaProxy: boolean
  /** The address may be that of a proxy: one that is not trusted, or does not say who its client is. */
  mayBeProxy: boolean
}

/**
 * An HTTP request as it is handled here: in the terms of the fetch standard, but read whole and
 * parsed once, and with its peer.
 */
export class HttpRequest {
  readonly method: string
  /** On the origin that it came to: the entryway's, or that of a PDS with a name of its own. */
  readonly url: URL
  /** By their names in lower case; the values of a repeated one are joined (RFC 9110 section 5.3). */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array | null
  readonly peer: Peer
  /** When the gateway received it, ms. */
  readonly receivedAt: number
  readonly inVain: AskedInVain | undefined
  #parameters: Parameters | undefined

  constructor(
    request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'peer'> & {
      receivedAt?: number | undefined
      inVain?: AskedInVain | undefined
    },
    parameters?: Parameters,
  ) {
    this.method = request.method
    this.url = request.url
    this.headers = request.headers
    this.body = request.body
    this.peer = request.peer
    this.receivedAt = request.receivedAt ?? Date.now()
    this.inVain = request.inVain
    this.#parameters = parameters
  }

  /** What the body says, where it was read, or else the query. */
  get parameters(): Parameters {
    this.#parameters ??= this.url.search ? [...this.url.searchParams] : []
    return this.#parameters
  }

  text(): string {
    return this.body === null ? '' : new TextDecoder().decode(this.body)
  }

  /** The same request with another body, from which its parameters are not read again. */
  withBody(text: string): HttpRequest {
    const body = Buffer.from(text)
    const headers = new Map(this.headers).set('content-length', String(body.byteLength))
    return new HttpRequest({ ...this, headers, body }, this.#parameters)
  }

  /** The value of a parameter; the last where it is repeated, as the provider takes it. */
  parameter(name: string): string | undefined {
    return this.parameters.findLast(([given]) => given === name)?.[1]
  }

  /** The same request to another address. */
  withUrl(url: URL): HttpRequest {
    return new HttpRequest({ ...this, url }, this.body === null ? undefined : this.#parameters)
  }

  /** The same request, its body as it was read: without a coding, and labelled as what it is. */
  withReadBody(type: string, body: Uint8Array, parameters: Parameters): HttpRequest {
    const headers = new Map(this.headers)
    headers.set('content-type', type)
    headers.set('content-length', String(body.byteLength))
    headers.delete('content-encoding')
    return new HttpRequest({ ...this, headers, body }, parameters)
  }

  /** @param name in lower case */
  withHeader(name: string, value: string): HttpRequest {
    const headers = new Map(this.headers).set(name, value)
    return new HttpRequest({ ...this, headers }, this.#parameters)
  }

  /** @param name in lower case */
  withoutHeader(name: string): HttpRequest {
    const headers = new Map(this.headers)
    headers.delete(name)
    return new HttpRequest({ ...this, headers }, this.#parameters)
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

/** The same response with some more. @param cookies as `set-cookie` */
export function withCookies(
  response: HttpResponse,
  cookies: HttpResponse['headers'],
): HttpResponse {
  return { ...response, headers: [...response.headers, ...cookies] }
}
