import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import { keptLog } from '../shared/logged.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'

/**
 * An account is deactivated or taken down while its person, or their device, is about to let a client in:
 * before each call to the account that this makes, one after the other.
 */
const kept = keptLog()
let app: AppInProcess
/** Of somebody who is new for each attempt. */
let person: { did: string; handle: string }
let people = 0
/** The calls of what is tried, and before which one the account ends. */
let calls: string[] | null = null
let endsBefore: number | null = null
let end: () => Promise<unknown>
/** Answers that say that this service failed. */
const faults: string[] = []

const CLIENT = 'tool'
const METADATA = {
  ...{ token_endpoint_auth_method: 'none', response_types: ['code'] },
  grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
}

beforeAll(async () => {
  const inProcess = await startApp({
    ...{ log: kept.log, env: { ENTRYWAY_RATE_LIMITS: 'off' } },
    onCall: async ({ actor, action }: ActorCall) => {
      if (actor !== 'account' || !calls) return
      calls.push(action)
      if (calls.length - 1 !== endsBefore) return
      calls = null
      await end()
    },
  })
  const ask: AppInProcess['ask'] = async (asked) => {
    const answer = await inProcess.ask(asked)
    if ('status' in answer && answer.status >= 500) faults.push(asked.target)
    return answer
  }
  app = { ...inProcess, ask }
  await rp.register(app, { id: CLIENT, metadata: METADATA })
})
afterAll(() => app?.close())

const account = () => app.actors.account(person.did)

async function newPerson(): Promise<void> {
  const name = `p${[...String(people++)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`
  const handle = `${name}.test`
  const email = `${name}@mail.internal`
  person = { did: await app.addAccount({ handle, email, password: rp.PASSWORD }), handle }
}

/** What the client asks for in a browser. */
async function begun(visitor = new Visitor(app)) {
  const config = await rp.discover(app, null, CLIENT)
  return { config, visitor, asking: await rp.begin(config, { scope: 'openid' }) }
}

const signIn = (visitor: Visitor, page: Parameters<typeof rp.signIn>[1]) =>
  rp.signIn(visitor, page, person.handle, { remember: 'on' })

/** Each prepares what is tried, which lets the client in. */
const attempts = {
  async 'somebody who signs in and consents'() {
    const { config, visitor, asking } = await begun()
    const first = await rp.open(visitor, asking)
    const attempt = async () =>
      rp.exchange(config, asking, await rp.allow(visitor, await signIn(visitor, first)))
    return { visitor, attempt }
  },
  async 'somebody who has consented before'() {
    const { config, visitor, asking } = await begun()
    const page = await signIn(visitor, await rp.open(visitor, asking))
    await rp.exchange(config, asking, await rp.allow(visitor, page))
    const next = await begun(visitor)
    const attempt = async () =>
      rp.exchange(config, next.asking, await rp.open(visitor, next.asking))
    return { visitor, attempt }
  },
  async 'a device'() {
    const { config, visitor } = await begun()
    const asked = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' })
    const { device_code, user_code } = asked
    const first = await rp.follow(visitor, await visitor.open('/openid/device'))
    const attempt = async () => {
      const page = await visitor.send(await signIn(visitor, first), { user_code })
      await visitor.send(page, { decision: 'allow' })
      return oidc.genericGrantRequest(config, DEVICE_CODE, { device_code })
    }
    return { visitor, attempt }
  },
}

const endings: Record<string, () => Promise<unknown>> = {
  deactivated: () => account().deactivate({ deleteAfter: null, deleteCredentials: false }, null),
  'taken down': () => account().takeDown('reason'),
}

/** What lets the person in again, and no client. */
const ways: Record<string, () => Promise<unknown>> = {
  deactivated: () => account().activate(null),
  'taken down': () => account().takeDown(null),
}

/** @returns the calls that it made, up to the one before which the account ended, and the token that it got */
async function tried(attempt: () => Promise<{ access_token: string }>, at: number | null) {
  const made: string[] = []
  calls = made
  endsBefore = at
  const token = await attempt().then(
    (tokens) => tokens.access_token,
    () => null,
  )
  calls = null
  return { made, token }
}

const each = Object.entries(attempts).flatMap(([who, prepare]) =>
  Object.keys(endings).map((how) => ({ who, how, prepare })),
)

test.each(each)('$how, as $who', async ({ how, prepare }) => {
  end = endings[how] as (typeof endings)[string]
  await newPerson()
  const whole = await tried((await prepare()).attempt, null)
  expect(whole.token).not.toBeNull()
  for (const at of whole.made.keys()) {
    await newPerson()
    const { visitor, attempt } = await prepare()
    const { made, token } = await tried(attempt, at)
    expect(made).toEqual(whole.made.slice(0, at + 1))
    await ways[how]?.()
    const { value = '' } = visitor.cookies.get('openid-session') ?? {}
    const left = [await account().listOpenidGrants(), await account().findOpenidSession(value)]
    expect([at, token, faults.splice(0), ...left]).toEqual([at, null, [], [], null])
  }
  expect(kept.lines().filter(({ level }) => level === 'error')).toEqual([])
})
