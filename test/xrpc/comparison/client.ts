import { type Credentials, newCredentials } from '../../../lab/clients/headless_sign_in.ts'
import type { OAuthSession } from '../../../lab/clients/oauth_session.ts'
import { codeSentBy } from '../../shared/people/mail_codes.ts'
import { callByOAuth } from './call_by_oauth.ts'
import type { Described } from './lexicons.ts'
import { FRAMING } from './wire.ts'
import type { World } from './world.ts'

/** What a server answered: the shape of its body, not the values. */
export type Answer = {
  status: number
  /** Name and message of a refusal, without what is particular to an account. */
  error?: string
  message?: string
  /** The body with each value replaced by its type; a list by its first item. */
  shape?: unknown
  /** What a program of another origin, or a cache, goes by. */
  headers: Record<string, string>
}

export type Authorization = { jwt: string } | { header: string } | 'admin' | undefined
export type Input = Record<string, unknown>

/** An account with a session, as a client knows it. */
export type Person = Credentials & { did: string; accessJwt: string; refreshJwt: string }

let clients = 0

/** Calls a server from an address of its own, and notes what it answered under a name. */
export class Client {
  readonly world: World
  readonly answers = new Map<string, Answer>()
  /** Limits are on, at the reference, too. */
  readonly #address = `2001:db8:${(++clients).toString(16)}::1`

  constructor(world: World) {
    this.world = world
  }

  /** @returns the body */
  async note(name: string, response: Promise<Response>): Promise<Record<string, never>> {
    if (this.answers.has(name)) throw new Error(`"${name}" is noted twice`)
    const answered = await response
    const { status, body } = await read(answered)
    const headers = toldBy(answered.headers)
    const { error, message = '' } = (body || {}) as { error?: string; message?: string }
    this.answers.set(
      name,
      status === 200
        ? { status, headers, shape: shapeOf(body) }
        : { status, headers, error, message: impersonal(message) },
    )
    return (body || {}) as Record<string, never>
  }

  get(nsid: string, params: Input = {}, authorization?: Authorization): Promise<Response> {
    return this.fetch(`${this.world.url}/xrpc/com.atproto.${nsid}?${toQuery(params)}`, {
      headers: this.#headers(authorization),
    })
  }

  post(nsid: string, input?: Input, authorization?: Authorization): Promise<Response> {
    return this.fetch(`${this.world.url}/xrpc/com.atproto.${nsid}`, {
      method: 'POST',
      headers: {
        ...this.#headers(authorization),
        ...(input && { 'content-type': 'application/json' }),
      },
      body: input && JSON.stringify(input),
    })
  }

  /** A query or a procedure, whichever it is. */
  call(
    { nsid, isQuery, takesBody }: Pick<Described, 'nsid' | 'isQuery' | 'takesBody'>,
    input: Input,
    by?: Authorization | OAuthSession,
  ): Promise<Response> {
    if (typeof by !== 'object' || !('dpop' in by)) {
      return isQuery
        ? this.get(nsid, input, by)
        : this.post(nsid, takesBody ? input : undefined, by)
    }
    const url = new URL(`${this.world.url}/xrpc/com.atproto.${nsid}`)
    if (isQuery) url.search = String(toQuery(input))
    return callByOAuth(by, url.href, {
      method: isQuery ? 'GET' : 'POST',
      headers: {
        'x-forwarded-for': this.#address,
        ...(takesBody && { 'content-type': 'application/json' }),
      },
      body: takesBody ? JSON.stringify(input) : null,
    })
  }

  /** Another client of the same server. */
  another(): Client {
    return new Client(this.world)
  }

  /** As it is. */
  send(
    nsid: string,
    body: string | Buffer<ArrayBuffer>,
    headers: Record<string, string>,
    by?: Authorization,
  ): Promise<Response> {
    const url = `${this.world.url}/xrpc/com.atproto.${nsid}`
    return this.fetch(url, { method: 'POST', headers: { ...headers, ...this.#headers(by) }, body })
  }

  /** From this client's address, as a proxy says it. */
  fetch(url: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> {
    return fetch(url, { ...init, headers: { ...init.headers, 'x-forwarded-for': this.#address } })
  }

  /** Somebody new, signed in. */
  async newPerson(name: string): Promise<Person> {
    const credentials = newCredentials(name)
    const made = await read(
      await this.fetch(`${this.world.accountsUrl}/xrpc/com.atproto.server.createAccount`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(credentials),
      }),
    )
    if (made.status !== 200) throw new Error(JSON.stringify(made))
    return {
      ...credentials,
      ...(made.body as { did: string; accessJwt: string; refreshJwt: string }),
    }
  }

  /** Does what sends a mail to `to`, and returns the code in it. */
  async codeFor(to: string, send: () => Promise<unknown>): Promise<string> {
    return (await codeSentBy(this.world.smtp, to, send)).code
  }

  /** The body of a call that has to succeed. */
  async must<T = Record<string, never>>(response: Promise<Response>): Promise<T> {
    const { status, body } = await read(await response)
    if (status !== 200) throw new Error(JSON.stringify({ status, body }))
    return body as T
  }

  #headers(authorization: Authorization): Record<string, string> {
    if (!authorization) return {}
    if (authorization !== 'admin') {
      const is = authorization
      return { authorization: 'jwt' in is ? `Bearer ${is.jwt}` : is.header }
    }
    const basic = Buffer.from(`admin:${this.world.adminPassword}`).toString('base64')
    return { authorization: `Basic ${basic}` }
  }
}

function toQuery(params: Input): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    for (const item of [value].flat()) query.append(name, String(item))
  }
  return query
}

const TOLD = [
  'access-control-allow-origin',
  'cache-control',
  'content-type',
  'vary',
  'www-authenticate',
  'allow',
  FRAMING,
]

/** Headers of which it matters that they are there, and that programs of other origins read them. */
const EXPOSED = [
  'dpop-nonce',
  'ratelimit-limit',
  'ratelimit-policy',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'www-authenticate',
]

function toldBy(headers: Headers): Record<string, string> {
  const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/, */) ?? []
  const readable = EXPOSED.filter((name) => headers.has(name)).map((name) =>
    exposed.includes(name) ? name : `${name}, which is not exposed`,
  )
  return Object.fromEntries([
    ...TOLD.flatMap((name): [string, string][] => {
      const value = headers.get(name)
      // The PDS compresses what is long; where that is so depends on the length.
      const told = value?.toLowerCase().replace(/(, )?accept-encoding/, '')
      return told ? [[name, told]] : []
    }),
    ['exposed', readable.join()],
  ])
}

async function read(response: Response): Promise<{ status: number; body: unknown }> {
  const text = await response.text()
  const isJson = text.startsWith('{') || text.startsWith('[')
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}

/** How the two generations of lexicon validators begin their messages. */
const INVALID_INPUT =
  /^(Invalid|Missing required key|Expected|Input|Error: ).*( at \$|params|must (be|have)|can not be).*/

function impersonal(message: string): string {
  return message
    .replace(INVALID_INPUT, '<not as the lexicon says>')
    .replace(/did:plc:\w+/, '<did>')
    .replace(/\S+@\S+/, '<email>')
    .replace(/\S+\.test\b/, '<handle>')
}

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length ? [shapeOf(value[0])] : []
  if (value === null || typeof value !== 'object') return typeof value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, shapeOf((value as Record<string, unknown>)[key])]),
  )
}
