import { join } from 'node:path'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest'
import { readAccount } from '../../database/account/profile.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { toAccount } from '../../openid/claims/claims.ts'
import { Profiles } from '../../openid/claims/profile.ts'
import { signInNow } from '../shared/account_state.ts'
import { newPerson, type Person } from '../shared/people/person.ts'

/** When what clients know of a person changed last (OpenID Connect Core section 5.1). */
let app: AppInProcess
let person: Person
/** What the person says of themselves on the PDS. */
let published: { cid: string; profile: { displayName: string } } | null
/** How the PDS answers. */
let answer: <T>(record: T) => Promise<T>
/** What an auth actor answers; each keeps profiles of its own. */
let claims: () => Promise<{ name: unknown; updated_at: unknown }>

const BEGIN = new Date('2026-11-26T12:00:00Z')
/** Seconds since the epoch, some after the beginning. */
const at = (seconds: number) => BEGIN.getTime() / 1_000 + seconds
const wait = (seconds: number) => vi.setSystemTime(at(seconds) * 1_000)

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: BEGIN })
  published = null
  answer = async (record) => record
  person = await newPerson(app)
  claims = newAuthActor()
})
afterEach(() => void vi.useRealTimers())

function newAuthActor() {
  const pds = { pds: { url: 'https://pds.test' }, readProfile: () => answer(published) }
  const profiles = new Profiles({ actors: app.actors, pds: async () => pds as never })
  return async () => {
    const account = await person.account.read()
    if (!account) throw new Error('no account')
    const client = toAccount({ pdses: { all: [] } as never }, profiles, account)
    const { name, updated_at } = await client.claims('userinfo', 'openid profile', {}, [])
    return { name, updated_at }
  }
}

test('it is when the account was made, and then when handle or address changed', async () => {
  wait(10)
  expect(await claims()).toMatchObject({ updated_at: at(0) })
  await person.account.setHandle(`new-${person.handle}`, null)
  wait(20)
  expect(await claims()).toMatchObject({ updated_at: at(10) })
  await person.account.setEmail('kim@elsewhere.internal')
  wait(30)
  expect(await claims()).toMatchObject({ updated_at: at(20) })
  const { token } = await person.account.issueEmailToken(
    'confirm_email',
    null,
    'kim@elsewhere.internal',
  )
  const basis = await signInNow(person.account)
  await person.account.confirmEmail('kim@elsewhere.internal', token, basis)
  wait(40)
  expect(await claims()).toMatchObject({ updated_at: at(30) })
})

test('and when another public profile was seen', async () => {
  published = { cid: 'bafy-one', profile: { displayName: 'Kim' } }
  wait(10)
  expect(await claims()).toEqual({ name: 'Kim', updated_at: at(10) })
  wait(20)
  expect(await newAuthActor()()).toEqual({ name: 'Kim', updated_at: at(10) })
  published = null
  expect(await newAuthActor()()).toEqual({ name: person.handle, updated_at: at(20) })
})

test('an auth actor that knows an older profile looks again before it says so', async () => {
  published = { cid: 'bafy-one', profile: { displayName: 'Kim' } }
  await claims()
  published = { cid: 'bafy-two', profile: { displayName: 'Kim the second' } }
  wait(10)
  expect(await claims()).toEqual({ name: 'Kim', updated_at: at(0) })
  const newer = { name: 'Kim the second', updated_at: at(10) }
  expect([await newAuthActor()(), await claims()]).toEqual([newer, newer])
})

test.each<[string, typeof answer]>([
  ['fails', () => Promise.reject(new Error('no PDS'))],
  ['does not answer in time', () => new Promise(() => {})],
])('a profile that is kept is not dropped where the PDS %s after a change', async (_, answers) => {
  published = { cid: 'bafy-one', profile: { displayName: 'Kim' } }
  await claims()
  wait(10)
  await person.account.setHandle(`new-${person.handle}`, null)
  answer = answers
  const kept = { name: 'Kim', updated_at: at(10) }
  expect([await claims(), await claims()]).toEqual([kept, kept])
})

/** Steps of the schema before the time was kept. */
const FORMER = 21

test.each([
  ['what changed', 'handle_changed', 2_000],
  ['it was made', 'signed_in', 1_000],
])('an account of before goes by its trail: when %s', async (_, event, changedAt) => {
  const folder = await makeTemporaryFolder('updated-at')
  onTestFinished(folder.remove)
  const path = join(folder.path, 'account.sqlite')
  const { lean: _lean, ...former } = accountSchema
  const before = openDatabase(path, { ...former, steps: former.steps.slice(0, FORMER) })
  before.exec(`INSERT INTO account (id, did, email, pds_did, created_at)
    VALUES (1, 'did:plc:kim', 'kim@mail.internal', 'did:web:pds.test', 1000)`)
  before.prepare("INSERT INTO audit (at, event, detail) VALUES (2000, ?, '{}')").run(event)
  closeDatabase(before)
  const db = openDatabase(path, accountSchema)
  expect(readAccount(db)).toMatchObject({ createdAt: 1_000, updatedAt: changedAt })
  closeDatabase(db)
})
