import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { DEVICE_AT_ONCE, DEVICE_RETRY_GRACE, MINUTE } from '../../../base/lifetimes.ts'
import { sql } from '../../../database/database.ts'
import { readDevice } from '../../../database/flow/device.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { formTo } from '../../shared/pages/security_page.ts'
import { push, type Seen, told, Visitor } from '../../shared/people/visitor.ts'

/** A host of the same site can set the provider's cookies, but none whose name begins with `__Host-`. */
const kim = { handle: 'kim.test', email: 'kim@mail.internal', password: 'secret of kim' }
const GUARD = '__Host-device'
let app: AppInProcess
let did: string

beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_PUBLIC_URL: 'https://entryway.test' } })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())
afterEach(() => {
  vi.useRealTimers()
})

const selected = (page: Seen) => told(page, '__authorizeData')?.selectedDid

/** A browser that remembers kim. */
async function knowing(): Promise<Visitor> {
  const visitor = new Visitor(app)
  const page = await visitor.open('/account/sign-in')
  const fields = { username: kim.handle, password: kim.password, remember: 'on' }
  expect((await visitor.send(page, fields)).status).toBe(303)
  return visitor
}

/** Another browser, into which somebody has copied the cookies of one. */
function copyOf(visitor: Visitor): Visitor {
  const copy = new Visitor(app)
  for (const [name, cookie] of visitor.cookies) copy.cookies.set(name, cookie)
  return copy
}

const isIn = async (visitor: Visitor) => (await visitor.open('/account/u/kim.test')).status === 200

function wait(ms: number): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now + ms)
}

async function come(visitor: Visitor) {
  const { url } = await push(app, { login_hint: kim.handle })
  return visitor.open(url)
}

test('38. the device of an attacker is not had from another host', async () => {
  const [attacker, victim] = [await knowing(), new Visitor(app)]
  for (const name of ['dev-id', 'ses-id']) {
    victim.cookies.set(name, attacker.cookies.get(name) as { value: string; path: string })
  }
  const page = await come(victim)
  expect([page.title, selected(page)]).toEqual(['Sign in', undefined])
  expect(victim.cookies.get('dev-id')?.value).not.toBe(attacker.cookies.get('dev-id')?.value)
  expect(selected(await come(attacker))).toBe(did)
})

test('38. a device of before has no guard until its next device session', async () => {
  const visitor = await knowing()
  const id = visitor.cookies.get('dev-id')?.value
  sql(app.flow, 'UPDATE device SET guarded = 0 WHERE id = ?').run(id)
  visitor.cookies.delete(GUARD)
  expect(selected(await come(visitor))).toBe(did)
  // A browser that has moved gets a new device session.
  const moved = await visitor.open('/account', { address: '192.0.2.9' })
  expect(moved.header('location')).toBe('/account/u/kim.test')
  expect(visitor.cookies.get(GUARD)?.value).toBe(id)
  visitor.cookies.delete(GUARD)
  expect((await come(visitor)).title).toBe('Sign in')
})

test('38. who shows a session of before ends the device, once its owner has had time to get the next', async () => {
  for (const [ms, mayCome] of [
    [DEVICE_RETRY_GRACE - 1_000, true],
    [DEVICE_RETRY_GRACE + 1_000, false],
  ] as const) {
    vi.useRealTimers()
    const owner = await knowing()
    const id = owner.cookies.get('dev-id')?.value ?? ''
    const thief = copyOf(owner)
    wait(6 * MINUTE)
    expect(await isIn(owner)).toBe(true)
    wait(ms)
    expect([await isIn(thief), await isIn(owner)]).toEqual([mayCome, mayCome])
    // The account and the device each say it, so that neither stands in for the other.
    expect((await app.actors.account(did).readDevice(id)) !== null).toBe(mayCome)
    expect(readDevice(app.flow, id) !== null).toBe(mayCome)
  }
})

test('38. who has copied what a browser showed is not let in with who signs in there', async () => {
  const owner = new Visitor(app)
  const page = await owner.open('/account/sign-in')
  const thief = copyOf(owner)
  const fields = { username: kim.handle, password: kim.password, remember: 'on' }
  await owner.send(page, fields)
  wait(DEVICE_AT_ONCE + 1_000)
  expect(await isIn(thief)).toBe(false)
})

test('38. nor with who proves again there', async () => {
  const owner = await knowing()
  const asked = await owner.open('/account/security/app-password')
  const thief = copyOf(owner)
  await owner.send(formTo(asked, 'prove'), { password: kim.password })
  wait(DEVICE_AT_ONCE + 1_000)
  expect(await isIn(thief)).toBe(false)
})

test('38. the guard is a cookie of this host alone', async () => {
  const { cookies } = await new Visitor(app).open('/account')
  expect(cookies.find((each) => each.startsWith(GUARD))).toMatch(
    /^__Host-device=dev-[0-9a-f]+; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})
