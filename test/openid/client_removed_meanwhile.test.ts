import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import type { ActorCall } from '../../lab/world/app/watched_actors.ts'
import * as rp from '../shared/people/relying_party.ts'

/** The operator removes a client while it is changed, before each call that this makes to the client's owner. */
let app: AppInProcess
let calls: string[] | null = null
let removesBefore: { at: number; id: string } | null = null

const CHANGES = /OpenidClient/
const METADATA = {
  redirect_uris: ['https://rp.example.com/callback'],
  token_endpoint_auth_method: 'client_secret_basic',
}

beforeAll(async () => {
  app = await startApp({
    env: { ENTRYWAY_OPENID_REGISTRATION: 'open' },
    onCall: ({ action }: ActorCall) => {
      if (!calls || !CHANGES.test(action)) return undefined
      calls.push(action)
      if (calls.length - 1 !== removesBefore?.at) return undefined
      calls = null
      return rp.operate(app, 'openid/client-remove', { id: removesBefore.id })
    },
  })
})
afterAll(() => app?.close())

const isKnown = async (id: string) =>
  (await rp.operate(app, 'openid/client-list', {})).clients.some(
    (each: { id: string }) => each.id === id,
  )

/** Makes a client. @returns its id, and what changes it */
type Making = () => Promise<{ id: string; change: () => Promise<unknown> }>
let made = 0

async function selfRegistered() {
  const { body } = await rp.manage(app, 'POST', { body: METADATA })
  const { client_id: id, client_secret, registration_access_token: token } = body
  const target = new URL(body.registration_client_uri).pathname
  const changed = { ...METADATA, client_id: id, client_secret, client_name: 'Another name' }
  return {
    id,
    change: () => rp.manage(app, 'PUT', { target, token, body: changed }),
  }
}

const rotated = (id: string) => () =>
  rp.operate(app, 'openid/client-rotate-secret', { id }).catch(() => null)

const kinds: [string, Making][] = [
  ['that changes itself', selfRegistered],
  [
    'that registered itself and is given another secret',
    async () => {
      const { id } = await selfRegistered()
      return { id, change: rotated(id) }
    },
  ],
  [
    'of the operator that is given another secret',
    async () => {
      const id = `forum-${made++}`
      await rp.register(app, { id, metadata: METADATA })
      return { id, change: rotated(id) }
    },
  ],
]

test.each(kinds)('one %s stays away, whenever it was removed', async (_, make) => {
  for (let at = 0, most = 1; at < most; at++) {
    const { id, change } = await make()
    const during: string[] = []
    calls = during
    removesBefore = null
    await change()
    calls = null
    expect(await isKnown(id)).toBe(true)
    most = during.length

    const other = await make()
    calls = []
    removesBefore = { at, id: other.id }
    await other.change()
    expect([at, calls, await isKnown(other.id)]).toEqual([at, null, false])
  }
})
