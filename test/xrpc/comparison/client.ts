import { type Credentials, newCredentials } from '../../../lab/clients/headless_sign_in.ts'
import { codeSentBy } from '../mail_codes.ts'
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

type Authorization = { jwt: string } | 'admin' | undefined
type Input = Record<string, unknown>

/** An account with a session, as a client knows it. */
export type Person = Credentials & { did: string; accessJwt: string; refreshJwt: string }

/** Calls a server, and notes what it answered under a name. */
export class Client {
  readonly world: World
  readonly answers = new Map<string, Answer>()

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
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(params)) {
      for (const item of [value].flat()) query.append(name, String(item))
    }
    return fetch(`${this.world.url}/xrpc/com.atproto.${nsid}?${query}`, {
      headers: this.#headers(authorization),
    })
  }

  post(nsid: string, input?: Input, authorization?: Authorization): Promise<Response> {
    return fetch(`${this.world.url}/xrpc/com.atproto.${nsid}`, {
      method: 'POST',
      headers: {
        ...this.#headers(authorization),
        ...(input && { 'content-type': 'application/json' }),
      },
      body: input && JSON.stringify(input),
    })
  }

  /** As it is. */
  send(
    nsid: string,
    body: string | Buffer<ArrayBuffer>,
    headers: Record<string, string>,
  ): Promise<Response> {
    return fetch(`${this.world.url}/xrpc/com.atproto.${nsid}`, { method: 'POST', headers, body })
  }

  /** Somebody new, signed in. */
  async newPerson(name: string): Promise<Person> {
    const credentials = newCredentials(name)
    const made = await read(
      await fetch(`${this.world.accountsUrl}/xrpc/com.atproto.server.createAccount`, {
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
    if (authorization !== 'admin') return { authorization: `Bearer ${authorization.jwt}` }
    const basic = Buffer.from(`admin:${this.world.adminPassword}`).toString('base64')
    return { authorization: `Basic ${basic}` }
  }
}

const TOLD = [
  'access-control-allow-origin',
  'cache-control',
  'content-type',
  'vary',
  'www-authenticate',
]

function toldBy(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    TOLD.flatMap((name) => {
      const value = headers.get(name)
      // The PDS compresses what is long; where that is so depends on the length.
      const told = value?.toLowerCase().replace(/(, )?accept-encoding/, '')
      return told ? [[name, told]] : []
    }),
  )
}

async function read(response: Response): Promise<{ status: number; body: unknown }> {
  const text = await response.text()
  return { status: response.status, body: text && JSON.parse(text) }
}

/** How the two generations of lexicon validators begin their messages. */
const INVALID_INPUT =
  /^(Invalid|Missing required key|Expected|Input|Error: ).*( at \$|params|must (be|have)).*/

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
