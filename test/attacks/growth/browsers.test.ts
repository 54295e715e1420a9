import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { FlowOwner } from '../../../actors/auth/flow.ts'
import { ownerHere } from '../../../actors/auth/owners.ts'
import type { AccountStub } from '../../../actors/reach.ts'
import { HOUR, MINUTE } from '../../../base/lifetimes.ts'
import { workFor } from '../../../base/time/in_time.ts'
import { MAX_ACCOUNTS_ON_DEVICE } from '../../../database/flow/bounds.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { createDeviceAccounts } from '../../../stores/device_accounts.ts'
import { inRequestScope } from '../../../stores/request_scope.ts'
import { signInNow } from '../../shared/account_state.ts'
import { newPerson, type Person } from '../../shared/people/person.ts'
import { Visitor } from '../../shared/people/visitor.ts'
import { servicesOf } from '../../shared/services.ts'

let app: AppInProcess
/** As many as a browser remembers, and one more. */
let people: Person[]
let oneMore: Person
let deviceId: string
let now: number

beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  people = []
  for (let i = 0; i < MAX_ACCOUNTS_ON_DEVICE; i++) people.push(await newPerson(app))
  oneMore = await newPerson(app)
})
afterAll(() => app?.close())
beforeEach(() => {
  now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const dids = (which: Person[]) => which.map(({ did }) => did).sort()
const linked = async () =>
  (await ownerHere(app.flow, app.counters).listAccountsOnDevice(deviceId)).toSorted()
/** Those who say that they are signed in there. */
async function signedIn() {
  const saying = await Promise.all(
    [...people, oneMore].map(async (person) =>
      (await person.account.readDevice(deviceId)) ? [person] : [],
    ),
  )
  return dids(saying.flat())
}
/** A minute later than whatever was before. */
function later(): void {
  now += MINUTE
  vi.setSystemTime(now)
}

test('34. a browser remembers those who signed in there last', async () => {
  const visitor = new Visitor(app)
  const signIn = async ({ handle, password }: Person) => {
    later()
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const answer = await visitor.send(page, { username: handle, password, remember: 'on' })
    expect(answer.status).toBe(303)
  }
  for (const person of people) await signIn(person)
  deviceId = visitor.cookies.get('dev-id')?.value as string
  expect(await linked()).toEqual(dids(people))

  const [first, second] = people as [Person, Person]
  await signIn(first)
  const session = { id: 'app', jti: 'jti', expiresAt: now + HOUR, appPasswordName: null }
  const basis = await signInNow(second.account)
  await second.account.createLegacySession(session, basis)
  await signIn(oneMore)
  const left = dids([...people.filter((each) => each !== second), oneMore])
  expect(await linked()).toEqual(left)
  expect(await signedIn()).toEqual(left)
  expect(await second.account.listLegacySessions(now)).toHaveLength(1)
  expect((await visitor.open(`/account/u/${oneMore.handle}`)).status).toBe(200)
  expect((await visitor.open(`/account/u/${second.handle}`)).status).toBe(303)
})

describe('34. what comes in between, when a browser has no room', () => {
  beforeEach(async () => {
    deviceId = `dev-${randomBytes(16).toString('hex')}`
    await ownerHere(app.flow, app.counters).insertDevice(deviceId, {
      ...{ sessionId: 'ses-one', userAgent: null, ipAddress: '192.0.2.1', lastSeenAt: now },
    })
    for (const person of people) await signIn(person)
  })

  /** @param before what is done before an account, or the owner of the device, is asked for something; once */
  async function signIn(
    { did, account }: Person,
    before: { [Name in keyof AccountStub | keyof FlowOwner]?: () => Promise<unknown> } = {},
  ): Promise<void> {
    later()
    const interrupted = <T extends object>(stub: T): T =>
      new Proxy(stub, {
        get: (target, name: keyof typeof before & keyof T) => {
          const interruption = before[name]
          if (!interruption) return target[name]
          return async (...args: unknown[]) => {
            delete before[name]
            await interruption()
            return (target[name] as (...args: unknown[]) => unknown)(...args)
          }
        },
      })
    const owner = interrupted(ownerHere(app.flow, app.counters))
    const services = servicesOf(app)
    const actors = {
      ...services.actors,
      account: (of: string) => interrupted(app.actors.account(of)),
    }
    const { upsertDeviceAccount } = createDeviceAccounts(() => owner, { ...services, actors })
    const basis = await signInNow(account)
    await inRequestScope(async (scope) => {
      scope.provesSignIn(did, basis)
      await upsertDeviceAccount(deviceId as never, did as never)
    })
  }

  const first = () => people[0] as Person
  const withoutFirst = () => dids([...people.slice(1), oneMore])

  test('the oldest signs in anew before it is forgotten, and stays', async () => {
    await signIn(oneMore, { makeRoomOnDevice: () => signIn(first()) })
    expect(await signedIn()).toContain(first().did)
    expect(await linked()).toEqual(await signedIn())
  })

  test('the oldest signs in anew before its link goes, and stays', async () => {
    await signIn(oneMore, { unlinkAccount: () => signIn(first()) })
    expect(await signedIn()).toContain(first().did)
    expect(await linked()).toEqual(await signedIn())
  })

  test('a link is taken for one of before while its account signs in', async () => {
    await signIn(first(), {
      rememberDevice: async () => {
        await first().account.forgetDevice(deviceId)
        await signIn(oneMore)
        expect(await linked()).not.toContain(first().did)
      },
    })
    expect(await signedIn()).toContain(first().did)
    expect(await linked()).toEqual(await signedIn())
  })

  test('who signs in and goes makes room, too', async () => {
    const client = { until: Number.POSITIVE_INFINITY }
    await workFor(client, () =>
      signIn(oneMore, {
        listAccountsOnDevice: async () => {
          client.until = Number.NEGATIVE_INFINITY
        },
      }),
    )
    expect(await linked()).toEqual(withoutFirst())
  })

  test('one of before cannot be asked, and keeps nobody from signing in', async () => {
    await signIn(oneMore, { readDevice: () => Promise.reject(new Error('It is damaged')) })
    expect(await signedIn()).toContain(oneMore.did)
    expect(await linked()).toHaveLength(MAX_ACCOUNTS_ON_DEVICE)
    expect(await linked()).toEqual(await signedIn())
  })

  test('one of before cannot write, and keeps nobody from signing in', async () => {
    await signIn(oneMore, { makeRoomOnDevice: () => Promise.reject(new Error('Its disk is full')) })
    expect(await signedIn()).toEqual(dids([...people, oneMore]))
    expect(await linked()).toEqual(await signedIn())
  })

  test('the browser is forgotten while somebody signs in', async () => {
    const owner = ownerHere(app.flow, app.counters)
    await signIn(oneMore, { listAccountsOnDevice: async () => owner.deleteDevice(deviceId) })
    expect(await linked()).toEqual([])
  })

  test('the program dies before the link goes: the next sign-in takes it', async () => {
    const dying = signIn(oneMore, { unlinkAccount: () => Promise.reject(new Error('It died')) })
    await expect(dying).rejects.toThrow('It died')
    expect(await signedIn()).toEqual(withoutFirst())
    expect(await linked()).toContain(first().did)
    await signIn(oneMore)
    expect(await linked()).toEqual(withoutFirst())
    expect(await signedIn()).toEqual(withoutFirst())
  })
})
