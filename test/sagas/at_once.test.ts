import { XRPCError } from '@atproto/xrpc'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { tellingHalf } from '../../operator/half_done_error.ts'
import { type PdsClient, PdsRefusal, type Standing } from '../../pds/client.ts'
import {
  activateAccount,
  deactivateAccount,
  takeDownAccount,
} from '../../sagas/changes/account_life.ts'
import type { Services } from '../../sagas/services/services.ts'
import { servicesOf } from '../shared/services.ts'

/** Two operators change one account at once, each by another auth actor: every order of their steps. */
let app: AppInProcess
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())

/** Lets work go on from one of its calls to the next when it is told to. */
class Steps {
  #allowed = 0
  #waiting: (() => void) | null = null
  #isOver = false
  #onRest: () => void = () => {}

  /** Each call of what is returned waits for its turn. */
  of<T extends object>(given: T): T {
    return new Proxy(given, {
      get: (_, name) => {
        const member = Reflect.get(given, name)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]) => {
          await this.#turn()
          return member.apply(given, args)
        }
      },
    })
  }

  async #turn(): Promise<void> {
    if (this.#allowed > 0) return void this.#allowed--
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting = resolve
    this.#onRest()
    await promise
  }

  begin(work: () => Promise<unknown>): Promise<unknown> {
    return work().finally(() => {
      this.#isOver = true
      this.#onRest()
    })
  }

  /** Lets it make so many calls. @returns whether it is over */
  async go(calls: number): Promise<boolean> {
    for (let i = 0; i < calls && !this.#isOver; i++) {
      if (!this.#waiting) await new Promise<void>((resolve) => (this.#onRest = resolve))
      if (this.#isOver) break
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#onRest = resolve
      const next = this.#waiting
      this.#waiting = null
      next?.()
      await promise
    }
    return this.#isOver
  }
}

/** How accounts stand at a PDS, as it keeps it. */
function pdsOf(standing: Standing): PdsClient {
  const pds = {
    readStanding: async () => ({ ...standing }),
    updateStatus: async (
      _: string,
      { deactivated, takedownRef }: { deactivated?: boolean; takedownRef?: string | null },
    ) => {
      if (deactivated !== undefined) standing.isDeactivated = deactivated
      if (takedownRef !== undefined) standing.takedownRef = takedownRef
    },
  }
  return pds as unknown as PdsClient
}

type Act = (services: Services, did: string) => Promise<unknown>
const deactivate: Act = (services, did) =>
  deactivateAccount(services, did, { deleteAfter: null, deleteCredentials: false }, null)
const activate: Act = (services, did) => activateAccount(services, did, null)
const takeDown: Act = (services, did) => takeDownAccount(services, did, 'spam')
const lift: Act = (services, did) => takeDownAccount(services, did, null)

let accounts = 0
const letters = (n: number): string =>
  n < 26 ? String.fromCharCode(97 + n) : letters(Math.floor(n / 26)) + letters(n % 26)

test.each<[string, Act, Act]>([
  ['taken down and lifted', takeDown, lift],
  ['lifted and taken down', lift, takeDown],
  ['deactivated and activated', deactivate, activate],
  ['activated and deactivated', activate, deactivate],
])('who is %s at once stands here as on the PDS', async (_, first, second) => {
  let isEach = false
  for (let before = 0; !isEach; before++) {
    let isWhole = false
    for (let between = 0; !isWhole; between++) {
      const name = letters(676 + accounts++)
      const handle = `${name}.test`
      const person = { handle, email: `${name}@mail.internal`, password: 'a password' }
      const did = await app.addAccount(person)
      const standing: Standing = { takedownRef: null, isDeactivated: false }
      const sides = [first, second].map((act) => {
        const steps = new Steps()
        const services = servicesOf(app)
        const pds = steps.of(pdsOf(standing))
        const account = (of: string) => steps.of(services.actors.account(of))
        const actors = { ...services.actors, account, directory: services.actors.directory }
        const own = { ...services, actors, pds: async () => pds } as Services
        return { steps, done: steps.begin(() => act(own, did)) }
      })
      const [one, other] = sides as [(typeof sides)[0], (typeof sides)[0]]
      isEach = await one.steps.go(before)
      isWhole = await other.steps.go(between)
      await one.steps.go(Number.POSITIVE_INFINITY)
      await other.steps.go(Number.POSITIVE_INFINITY)
      await Promise.all(sides.map(({ done }) => done))
      const here = await app.actors.account(did).read()
      expect([before, between, standing.takedownRef !== null, standing.isDeactivated]).toEqual([
        ...[before, between, here?.takedownRef !== null, here?.deactivatedAt !== null],
      ])
    }
  }
})

test.each<[string, Act, boolean]>([
  ['deactivated', deactivate, false],
  ['taken down', takeDown, true],
])(
  'who is %s is so, also where the PDS does not say how they stand',
  async (_, act, isTakedown) => {
    const name = letters(676 + accounts++)
    const person = {
      handle: `${name}.test`,
      email: `${name}@mail.internal`,
      password: 'a password',
    }
    const did = await app.addAccount(person)
    const standing: Standing = { takedownRef: null, isDeactivated: false }
    const readStanding = async () => {
      throw new UnavailableError('The PDS')
    }
    const pds = { ...pdsOf(standing), readStanding } as unknown as PdsClient
    await act({ ...servicesOf(app), pds: async () => pds }, did)
    const here = await app.actors.account(did).read()
    expect([here?.takedownRef !== null, here?.deactivatedAt !== null]).toEqual([
      ...[isTakedown, !isTakedown],
    ])
    expect(standing).toEqual({
      takedownRef: isTakedown ? 'spam' : null,
      isDeactivated: !isTakedown,
    })
  },
)

test('who was deleted meanwhile is said to be gone, not half changed', async () => {
  const refused = new PdsRefusal(new XRPCError(400, 'InvalidRequest', 'Account not found'))
  const change = (did: string) =>
    tellingHalf(
      app,
      did,
      () => Promise.reject(refused),
      async (why) => why,
    )
  await expect(change('did:plc:gone')).rejects.toMatchObject({ code: 'AccountNotFound' })
  const email = 'still@mail.internal'
  const did = await app.addAccount({ handle: 'still.test', email, password: 'a password' })
  await expect(change(did)).rejects.toThrow('The PDS said: Account not found.')
})
