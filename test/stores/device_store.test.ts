import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownerHere } from '../../actors/auth/owners.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { insertDevice } from '../../database/flow/device.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { limitsSchema } from '../../database/limits/schema.ts'
import type { HttpRequest } from '../../http/message.ts'
import { asRequester } from '../../http/requester.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'
import { shownDevice } from '../../stores/device_store.ts'

let flow: Db
let counters: Db
beforeEach(() => {
  flow = openSealed(':memory:', flowSchema)
  counters = openDatabase(':memory:', limitsSchema)
  const device = { sessionId: 'ses-1', userAgent: null, ipAddress: '192.0.2.1', lastSeenAt: 0 }
  insertDevice(flow, 'dev-guarded', { ...device, guarded: 1 })
  insertDevice(flow, 'dev-of-before', { ...device, guarded: 0 })
})
afterEach(() => {
  closeDatabase(flow)
  closeDatabase(counters)
})

/** The device that a browser with these cookies has; null for none. */
function deviceOf(cookies: Record<string, string>): Promise<string | null> {
  const cookie = Object.entries(cookies).map((each) => each.join('='))
  const request = {
    ...{ method: 'GET', url: new URL('https://entryway.test/'), peer: { address: '192.0.2.1' } },
    headers: new Headers({ cookie: cookie.join('; ') }),
  } as unknown as HttpRequest
  return asRequester(request, () => shownDevice(() => ownerHere(flow, counters)))
}

test('a browser has the device whose session and guard it shows, and no other', async () => {
  const own = { 'dev-id': 'dev-guarded', 'ses-id': 'ses-1', '__Host-device': 'dev-guarded' }
  const { '__Host-device': _, ...ofAnotherHost } = own
  expect(await deviceOf(own)).toBe('dev-guarded')
  expect(await deviceOf({ ...own, 'ses-id': 'ses-2' })).toBeNull()
  expect(await deviceOf({ ...own, '__Host-device': 'dev-of-before' })).toBeNull()
  expect(await deviceOf(ofAnotherHost)).toBeNull()
  expect(await deviceOf({ ...ofAnotherHost, 'dev-id': 'dev-of-before' })).toBe('dev-of-before')
  expect(await deviceOf({ ...own, 'dev-id': 'dev-of-nobody' })).toBeNull()
  expect(await deviceOf({})).toBeNull()
})
