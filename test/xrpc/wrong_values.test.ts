import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemas } from '../../base/values/lexicons.ts'
import { type AppInProcess, type Asked, startApp } from '../../lab/world/app/app.ts'
import { methods } from '../../xrpc/index.ts'
import { ask, post } from '../shared/ask.ts'
import { keptLog, type Line } from '../shared/logged.ts'
import { type About, type Described, described, sampleOf } from './comparison/lexicons.ts'

/** Each member of each method, as the lexicons describe them, with what is none of its values. */
const { log, lines, text } = keptLog()
let app: AppInProcess
let people = 0
let requests = 0
const statuses = new Map<number, number>()
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' }, log })
})
afterAll(() => app?.close())

/** Typed into every field: a password in the place of a name is to be seen nowhere. */
const SECRET = 'a password in the wrong field'
/** What databases, terminals, headers, objects and numbers may take for something else. */
const TEXTS = [
  ...['', ' ', SECRET, 'a\0b', '\u202e\u200b', '\r\nset-cookie: a=b', '__proto__', '%00', "' OR 1"],
  ...['did:web:', 'at://', 'x'.repeat(9_000), '\u0301'.repeat(9_000), '<b>'.repeat(9_000)],
  ...['-1', '1e300'],
]
const VALUES = [
  ...[null, true, -1, 1.5, Number.MAX_SAFE_INTEGER, 1e300, [], {}, [null], [''], ['\0'], [[]]],
  ...[JSON.parse('{"constructor":{"prototype":1}}'), { $type: 'x' }, nested(30)],
]

const OPERATORS = /^admin\.|^server\.createInviteCode/
const ANYBODYS =
  /^temp\.(checkH|deref)|^server\.(create(Account|Session)|deleteAccount|describe|(request|reset)Password)|^identity\.resolve/
/** These get a refresh JWT. */
const REFRESHES = /^server\.(refresh|delete)Session/

const own = new Set<string>(methods.map(({ nsid }) => nsid.replace('com.atproto.', '')))

test.each(described.filter(({ nsid }) => own.has(nsid)))(
  '$nsid refuses what it cannot take, in the words of XRPC',
  async (method) => {
    const { nsid, isQuery } = method
    const person = await newPerson()
    const by = callerOf(nsid, person)
    const faults: string[] = []
    const asked = isQuery ? queries(method, person) : inputs(method, person)
    await inLanes(asked, async ([how, { target, headers = [], body = null }]) => {
      const sent = { method: isQuery ? 'GET' : 'POST', target, headers: [...headers, ...by], body }
      // One address has a few lines of the log.
      const address = `10.1.${(++requests >> 8) & 255}.${requests & 255}`
      const { status, body: answer } = await ask(app, { ...sent, address })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const fault = faultIn(status, answer)
      if (fault) faults.push(`${nsid} ${how}: ${fault}`)
    })
    expect(faults).toEqual([])
  },
)

type Headers = [name: string, value: string][]
/** A request, as far as it is about a value. */
type Trial = [how: string, Pick<Asked, 'target' | 'body'> & { headers?: Headers }]

function callerOf(nsid: string, { accessJwt, refreshJwt }: Tokens): Headers {
  const { adminPassword } = app.runner.secrets
  if (ANYBODYS.test(nsid)) return []
  if (!OPERATORS.test(nsid)) {
    return [['authorization', `Bearer ${REFRESHES.test(nsid) ? refreshJwt : accessJwt}`]]
  }
  return [['authorization', `Basic ${Buffer.from(`admin:${adminPassword}`).toString('base64')}`]]
}

/** With what each of the others would take. */
function leastOf({ nsid, properties, required }: Described, about: About): Record<string, unknown> {
  if (nsid === 'server.createAccount') return { ...about, password: 'a good password' }
  return Object.fromEntries(
    required.map((name) => [name, sampleOf(name, properties[name] as never, about)]),
  )
}

function inputs(method: Described, about: About): Trial[] {
  const { nsid, takesBody } = method
  if (!takesBody) return [...VALUES, ...TEXTS].map((value) => toPost(nsid, '', value))
  const least = leastOf(method, about)
  return pathsOf(nsid).flatMap((path) =>
    [...VALUES, ...TEXTS].map((value) => toPost(nsid, path.join('.'), within(least, path, value))),
  )
}

/** Its input, but with `value` at the path. */
function within(input: unknown, [name, ...path]: string[], value: unknown): unknown {
  if (name === undefined) return value
  const before = input as Record<string, unknown>
  return { ...before, [name]: within(before?.[name], path, value) }
}

function toPost(nsid: string, name: string, value: unknown): Trial {
  const body = JSON.stringify(value)
  const how = `${name}: ${body.slice(0, 200)}`
  const headers: Headers = [['content-type', 'application/json']]
  return [how, { target: `/xrpc/com.atproto.${nsid}`, headers, body }]
}

function queries(method: Described, about: About): Trial[] {
  const least = Object.entries(leastOf(method, about))
  return Object.keys(method.properties).flatMap((name) =>
    TEXTS.map((text): Trial => {
      const query = new URLSearchParams(
        [...least.filter(([other]) => other !== name), [name, text]].map(([of, value]) => [
          of as string,
          String(value),
        ]),
      )
      const target = `/xrpc/com.atproto.${method.nsid}?${query}`
      return [`${name}: ${JSON.stringify(text).slice(0, 200)}`, { target }]
    }),
  )
}

type Schema = { type: string; ref?: string; refs?: string[]; properties?: Record<string, Schema> }
type Defs = Record<string, Schema & { input?: { schema: Schema } }>

/** Where the input of a method has a member, those of its objects, too; first all of it. */
function pathsOf(nsid: string): string[][] {
  const main = definition(`com.atproto.${nsid}`)
  return [[], ...membersWithin(main.input?.schema)]
}

function membersWithin(schema: Schema | undefined): string[][] {
  const { ref = schema?.refs?.[0], properties = {} } = schema ?? {}
  if (ref !== undefined) return membersWithin(definition(ref))
  return Object.entries(properties).flatMap(([name, of]) => [
    [name],
    ...membersWithin(of).map((path) => [name, ...path]),
  ])
}

function definition(ref: string): Defs[string] {
  const [id, name = 'main'] = ref.replace(/^lex:/, '').split('#')
  const { defs } = schemas.find((each) => each.id === id) as unknown as { defs: Defs }
  return defs[name] as Defs[string]
}

type Tokens = { accessJwt: string; refreshJwt: string }

/** Signed in, with an account of their own, since some of it ends one. */
async function newPerson() {
  const letters = String.fromCharCode(...[...String(people++)].map((digit) => 97 + Number(digit)))
  const handle = `sweep-${letters}.test`
  const [email, password] = [`${letters}@mail.internal`, 'correct horse battery']
  const did = await app.addAccount({ handle, email, password })
  const login = { identifier: did, password }
  const { body } = await post(app, '/xrpc/com.atproto.server.createSession', login)
  return { did, handle, email, ...(body as Tokens) }
}

/** What must not be answered; null where all is well. */
function faultIn(status: number, body: unknown): string | null {
  const { error, message } = body as { error?: unknown; message?: unknown }
  const isAway = status === 502 && error === 'UpstreamFailure'
  if (status < 100 || (status >= 500 && !isAway)) return `${status} ${JSON.stringify(body)}`
  if (status < 400) return null
  const isSaid = /^[A-Z]\w+$/.test(String(error)) && typeof message === 'string' && message !== ''
  return isSaid ? null : `${status} ${JSON.stringify(body).slice(0, 300)}`
}

const LANES = 24

async function inLanes<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

function nested(levels: number): unknown {
  return levels === 0 ? 0 : [nested(levels - 1)]
}

test.each(['2030-01-01T00:00:60Z', '20300101T000000Z', '2030-01-01T00:00:00,5Z'])(
  'an account that is to be deleted after %s, which is no time here, is not deactivated for ever',
  async (deleteAfter) => {
    const { accessJwt } = await newPerson()
    const headers = { authorization: `Bearer ${accessJwt}` }
    const method = '/xrpc/com.atproto.server.deactivateAccount'
    expect(await post(app, method, { deleteAfter }, headers)).toMatchObject({
      ...{
        status: 400,
        body: { error: 'InvalidRequest', message: expect.stringContaining('time') },
      },
    })
  },
)

test('it came as far as to be looked at', () => {
  expect(statuses.get(200)).toBeGreaterThan(100)
  expect(statuses.get(400)).toBeGreaterThan(2_000)
})

test('nothing of it failed here, and no password in a wrong field is in the log', () => {
  const failed = lines().filter(({ level }) => level === 'error')
  expect(failed.filter((line) => !isOfOthers(line))).toEqual([])
  expect(text()).not.toContain(SECRET)
})

/** The PDS and the PLC directory of this world are away. */
function isOfOthers({ err, msg }: Line): boolean {
  const { message = '' } = (err ?? {}) as { message?: string }
  return /^The (PDS|PLC directory)/.test(message) || msg.startsWith('reading DID documents')
}
