import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ownerHere } from '../../../actors/auth/owners.ts'
import { DEVICE_UNUSED, SIGNED_IN_DEVICE_UNUSED } from '../../../base/lifetimes.ts'
import { measure } from '../../../database/bounded_table.ts'
import * as bounds from '../../../database/flow/bounds.ts'
import { linkAccount } from '../../../database/flow/device.ts'
import { sweepFlow } from '../../../database/flow/sweep.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { MAX_DEVICE_USER_AGENT } from '../../../oauth/requests/kept_headers.ts'
import { type FORGETTING, withForgottenDevices } from '../../../sagas/services/forgotten_devices.ts'
import { signInNow } from '../../shared/account_state.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const MINUTE = 60_000

/** What a browser sends when a person opens a page. */
const NAVIGATION = {
  accept: 'text/html',
  host: 'localhost:2600',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
}

describe('34. browsers', () => {
  let world: AppInProcess
  beforeAll(async () => {
    world = await startApp({ env: { ENTRYWAY_PUBLIC_URL: 'http://localhost:2600' } })
  })
  afterAll(() => world?.close())

  const stored = () =>
    world.flow.prepare('SELECT id, user_agent AS userAgent FROM device').all() as {
      id: string
      userAgent: string
    }[]

  async function visit(headers: Record<string, string> = {}) {
    const answer = await world.ask({
      target: '/account',
      headers: { ...NAVIGATION, ...headers },
    })
    if (!('status' in answer)) throw new Error('Not answered')
    return answer
  }

  test('of visits without cookies little is kept, and not for long', async () => {
    const agent = `Mozilla/5.0 ${'x'.repeat(15_000)}`
    const answer = await visit({ 'user-agent': agent })
    expect(answer.status).toBe(200)
    for (let i = 0; i < 20; i++) await visit({ 'user-agent': agent })
    expect(stored()).toHaveLength(21)
    for (const { userAgent } of stored()) {
      expect(userAgent).toBe(agent.slice(0, MAX_DEVICE_USER_AGENT))
    }

    // The same browser is known again, and not made anew because its name was cut.
    const cookie = answer.headers
      .filter(([name]) => name === 'set-cookie')
      .map(([, value]) => value.split(';')[0])
      .join('; ')
    const again = await visit({ 'user-agent': agent, cookie })
    expect(again.headers.join()).not.toMatch(/ses-id/)
    expect(stored()).toHaveLength(21)

    linkAccount(world.flow, stored()[0]?.id as string, 'did:plc:a')
    sweepFlow(world.flow, Date.now() + DEVICE_UNUSED - MINUTE)
    expect(stored()).toHaveLength(21)
    sweepFlow(world.flow, Date.now() + DEVICE_UNUSED + MINUTE)
    expect(stored()).toHaveLength(1)
  })

  test('those on which somebody is signed in go, too, when they do not come back', async () => {
    await visit()
    const ids = stored().map(({ id }) => id)
    for (const id of ids) linkAccount(world.flow, id, 'did:plc:a')
    sweepFlow(world.flow, Date.now() + SIGNED_IN_DEVICE_UNUSED - MINUTE)
    expect(stored()).toHaveLength(ids.length)
    sweepFlow(world.flow, Date.now() + SIGNED_IN_DEVICE_UNUSED + MINUTE)
    expect(stored()).toEqual([])
  })

  test('an ending signs out of the devices that it takes, so that these are swept', async () => {
    const owner = ownerHere(world.flow, world.counters)
    const { log } = world.runner
    const { account } = withForgottenDevices(world.actors, () => owner, log)
    const linked = () =>
      world.flow.prepare('SELECT count(*) FROM device WHERE linked = 1').pluck().get()
    const endings: Record<(typeof FORGETTING)[number], (did: string) => Promise<unknown>> = {
      takeDown: (did) => account(did).takeDown('reason'),
      signOutEverywhere: (did) => account(did).signOutEverywhere(),
      signOutElsewhere: async (did) => {
        const basis = await signInNow(account(did))
        return account(did).signOutElsewhere('another', basis, {})
      },
      useSignOutLink: async (did) =>
        account(did).useSignOutLink(await account(did).makeSignOutLink(), {}),
      // As a door does it.
      changePassword: (did) =>
        world.ask({
          method: 'POST',
          target: '/xrpc/com.atproto.admin.updateAccountPassword',
          headers: {
            authorization: `Basic ${btoa(`admin:${world.runner.secrets.adminPassword}`)}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ did, password: 'the password of afterwards' }),
        }),
      resetPassword: async (did) => {
        const { email = '' } = (await account(did).read()) ?? {}
        const { token: code } = await account(did).issueEmailToken('reset_password', null, email)
        return account(did).resetPassword(code, 'the password of afterwards')
      },
      endBrowser: async (did) => {
        for (const { deviceId } of await account(did).listDevices()) {
          await account(did).endBrowser(deviceId, null, {})
        }
      },
      erase: (did) => account(did).erase(),
    }
    for (const [name, end] of Object.entries(endings)) {
      const handle = `${name.toLowerCase()}.test`
      const person = { handle, email: `${name}@mail.internal`, password: 'the password of before' }
      const did = await world.addAccount(person)
      const basis = await signInNow(account(did))
      for (let i = 0; i < 3; i++) {
        await visit()
        const { id } = stored().at(-1) as { id: string }
        linkAccount(world.flow, id, did)
        await account(did).rememberDevice(id, basis)
      }
      expect(linked(), name).toBeGreaterThan(0)
      await end(did)
      expect(await account(did).listDevices(), name).toEqual([])
      expect(linked(), name).toBe(0)
    }
  })

  test('a takedown that is lifted, and a deactivation, leave devices signed in', async () => {
    const owner = ownerHere(world.flow, world.counters)
    const { account } = withForgottenDevices(world.actors, () => owner, world.runner.log)
    const person = { handle: 'stays.test', email: 'stays@mail.internal', password: 'a password' }
    const did = await world.addAccount(person)
    await visit()
    const { id } = stored().at(-1) as { id: string }
    linkAccount(world.flow, id, did)
    const basis = await signInNow(account(did))
    await account(did).rememberDevice(id, basis)
    await account(did).takeDown(null)
    await account(did).deactivate({ deleteAfter: null, deleteCredentials: true }, null)
    expect(await owner.listAccountsOnDevice(id)).toEqual([did])
  })

  test('no other function of an account forgets all its devices', () => {
    const deleting = globSync('{actors/account,database/account}/*.ts', { cwd: root }).filter(
      (file) =>
        /delete(All|Other)DeviceAccounts|devices: true|listTables/.test(
          readFileSync(`${root}${file}`, 'utf8'),
        ),
    )
    expect(deleting.sort()).toEqual([
      // takeDown, signOutEverywhere and signOutElsewhere; changePassword and resetPassword; useSignOutLink;
      // what they call.
      'actors/account/endings.ts',
      'actors/account/lifecycle.ts',
      'actors/account/passwords.ts',
      'actors/account/sign_out_links.ts',
      'database/account/device.ts',
      // erase
      'database/account/profile.ts',
    ])
  })

  test('very many make room for each other', async () => {
    const { maxBytes } = bounds.STRANGE_DEVICES
    bounds.STRANGE_DEVICES.maxBytes = 10_000
    try {
      for (let i = 0; i < 40; i++) await visit()
      expect(measure(world.flow, bounds.STRANGE_DEVICES).rows).toBeGreaterThan(5)
      expect(measure(world.flow, bounds.STRANGE_DEVICES).bytes).toBeLessThanOrEqual(10_000)
    } finally {
      bounds.STRANGE_DEVICES.maxBytes = maxBytes
    }
  })

  test('pages are limited by address', async () => {
    const answers = []
    const ask = () =>
      world.ask({ target: '/account', address: '203.0.113.77', headers: NAVIGATION })
    world.counters.prepare('DELETE FROM counter').run()
    answers.push(await ask())
    world.counters.prepare('UPDATE counter SET points = 3000').run()
    answers.push(await ask())
    expect(answers.map((answer) => 'status' in answer && answer.status)).toEqual([200, 429])
  })
})
