import { setTimeout } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ownerHere } from '../../actors/auth/owners.ts'
import { assertInTime, workFor } from '../../base/time/in_time.ts'
import { createLog } from '../../base/watching/log.ts'
import { Spaced } from '../../base/work/spaced.ts'
import { EndingListener } from '../../http/endings.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { Profiles } from '../../openid/claims/profile.ts'
import { noteSignedIn } from '../../sagas/notices/arrivals.ts'
import { recordFailedSignIn } from '../../sagas/notices/audit.ts'
import { addOperator, COMMAND_LINE } from '../../sagas/operators.ts'
import { createAccountStore } from '../../stores/account_store.ts'
import { signInNow } from '../shared/account_state.ts'
import { command } from '../shared/people/operators.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { servicesOf } from '../shared/services.ts'

/** Nothing is begun for this one any more. */
const GONE = { until: Number.NEGATIVE_INFINITY }

/** What the log says is wrong. */
const wrong: string[] = []
let app: AppInProcess
let person: Person
/** The client goes away once an actor was asked for this. */
let leaving: { client: { until: number }; after: string; isAsked: boolean } | null = null

beforeAll(async () => {
  app = await startApp({
    log: pino({ level: 'error' }, { write: (line) => wrong.push(JSON.parse(line).msg) }),
    onCall: ({ action }) => {
      if (leaving?.isAsked) leaving.client.until = GONE.until
      if (leaving?.after === action) leaving.isAsked = true
    },
  })
})
afterAll(() => app?.close())
beforeEach(async () => {
  leaving = null
  person = await newPerson(app)
})

/** Does work for a client that does not wait for the end of it. */
async function leavingAfter(action: string, work: () => Promise<unknown>): Promise<void> {
  const client = { until: Number.POSITIVE_INFINITY }
  leaving = { client, after: action, isAsked: false }
  await workFor(client, work).catch(() => {})
  expect(leaving.isAsked).toBe(true)
  leaving = null
}

const trailOf = async ({ account }: Person) =>
  (await account.listAudit(10)).map(({ event }) => event)

describe('where the client goes away in the middle', () => {
  const acts: [string, string, (of: Person) => object][] = [
    ['account/set-email', 'completeEmailChange', () => ({ email: 'new@mail.internal' })],
    ['account/reset-password', 'changePassword', () => ({ password: 'a new password' })],
    ['account/revoke', 'signOutEverywhere', () => ({})],
  ]

  test.each(acts)('what an operator did is kept: %s', async (name, call, input) => {
    const given = { account: person.did, ...input(person) }
    await leavingAfter(call, () => command(app, name, given))
    expect(await trailOf(person)).toContain('operator_acted')
    const { body } = await command(app, 'trail', { account: person.did, event: 'operator_acted' })
    expect(body.events).toMatchObject([{ detail: { what: name } }])
  })

  test('the trail of an account has who became an operator', async () => {
    const row = await person.account.read()
    if (!row) throw new Error('no account')
    await leavingAfter('addOperator', () => addOperator(servicesOf(app), row, COMMAND_LINE))
    expect(await trailOf(person)).toContain('operator_added')
  })

  test('a browser that is signed out from elsewhere is trusted no more', async () => {
    const deviceId = 'dev-0123456789abcdef0123456789abcdef'
    const owner = ownerHere(app.flow, app.counters)
    const { did, account } = person
    const basis = await signInNow(account)
    await owner.insertDevice(deviceId, {
      ...{
        sessionId: 'ses-one',
        userAgent: null,
        ipAddress: '192.0.2.1',
        lastSeenAt: 1,
        guarded: 0,
      },
    })
    await owner.linkAccount(deviceId, did)
    await account.rememberDevice(deviceId, basis)
    await account.trustDevice({ deviceId, userAgent: null }, basis, {})
    const { removeDeviceAccount } = createAccountStore(() => owner, servicesOf(app))
    await leavingAfter('forgetDevice', async () => removeDeviceAccount(deviceId, did as never))
    expect(await account.listTrustedDevices()).toEqual([])
    expect(await owner.listAccountsOnDevice(deviceId)).toEqual([])
  })
})

test('what is not begun for a client who has gone is no fault to be told of', async () => {
  let answer: unknown
  await leavingAfter('takePoints', async () => {
    answer = await new Visitor(app).open('/account/sign-in')
  })
  expect(answer).toMatchObject({ status: 503 })
  expect(wrong).not.toContain('a store failed while answering a request')
})

describe('where the client has gone', () => {
  const detail = { way: 'password', address: '192.0.2.1' } as const

  test('the sign-in that was made is recorded', async () => {
    await workFor(GONE, () => noteSignedIn(servicesOf(app), person.did, 'program', detail))
    expect(await trailOf(person)).toContain('signed_in')
  })

  test('so is one that failed', async () => {
    await workFor(GONE, () => recordFailedSignIn(servicesOf(app), person.did, detail))
    expect(await trailOf(person)).toContain('sign_in_failed')
  })
})

describe('what was begun for a client who has gone serves others', () => {
  test('a profile', async () => {
    const pds = {
      pds: { url: 'https://pds.test' },
      readProfile: async () => ({ cid: 'bafy', profile: { displayName: 'Kim' } }),
    }
    const profiles = new Profiles({
      actors: app.actors,
      pds: async () => {
        assertInTime()
        return pds as never
      },
    })
    const account = { did: person.did, pdsDid: 'did:web:pds.test', updatedAt: 0 }
    const first = workFor(GONE, () => profiles.of(account))
    expect(await profiles.of(account)).toMatchObject({ name: 'Kim' })
    await first
  })

  test('what is done for a key once in a while', async () => {
    const spaced = new Spaced<boolean>(1)
    const work = async () => {
      assertInTime()
      return true
    }
    await spaced.run('key', work)
    const next = workFor(GONE, () => spaced.run('key', work))
    expect(await spaced.run('key', work)).toBe(true)
    await next
  })

  test('hearing of sessions that ended', async () => {
    const teller = {
      tellEndings: async () => {
        assertInTime()
        await setTimeout(1)
        return { instance: 'one', upTo: 0, dids: [] }
      },
    }
    const on = { ended: () => {}, missed: () => {} }
    const log = createLog('silent')
    const listener = workFor(GONE, () => new EndingListener(teller, on, log))
    await expect.poll(() => listener.isSure).toBe(true)
    listener.close()
  })
})
