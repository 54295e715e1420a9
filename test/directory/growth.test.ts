import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { directoryFunctions as directory } from '../../actors/directory/index.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { insertEntry, listEntries } from '../../database/directory/account.ts'
import { listContaining } from '../../database/directory/account_search.ts'
import { upsertPds } from '../../database/directory/pds.ts'
import { replaceEntries } from '../../database/directory/rebuild.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { openSealed } from '../../lab/world/app/open_sealed.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { searchAccounts } from '../../sagas/accounts/account_search.ts'

/** A directory of a million accounts answers as soon as one of a thousand: nothing goes through all of them. */

const PDS = 'did:web:pds.test'
const OTHER = 'did:web:other.test'

let db: Db
beforeEach(() => {
  db = openSealed(':memory:', directorySchema)
  upsertPds(db, {
    did: PDS,
    url: 'https://pds.test',
    address: 'https://pds.test',
    adminPassword: '-',
  })
})
afterEach(() => closeDatabase(db))

const entry = (number: number, pdsDid = PDS) => {
  const name = `person${String(number).padStart(3, '0')}`
  const names = { handle: `${name}.test`, email: `${name}@mail.test` }
  return { did: `did:plc:${name}`, ...names, pdsDid, createdAt: 1 }
}
const add = (...numbers: number[]) => {
  for (const number of numbers) insertEntry(db, entry(number))
}

const names = { handle: 'kim.test', email: 'kim@mail.test' }
const did = 'did:plc:kim'
const signUp = { ...names, passwordScrypt: '-', passkey: null, inviteCode: null }
const further = { where: 'further', after: '', limit: 100, look: 1000 } as const

test.each<[string, (of: typeof directory) => unknown]>([
  ['who has a handle', (of) => of.find(db, names.handle)],
  ['who has an address', (of) => of.find(db, names.email)],
  ['who has a DID', (of) => of.find(db, did)],
  ['whether names are free', (of) => of.assertAvailable(db, names)],
  ['a sign-up', (of) => of.reserveSignUp(db, signUp)],
  ['where a new account goes', (of) => of.choosePds(db, signUp)],
  ['how many accounts each PDS has', (of) => of.countAccounts(db)],
  ['whether a PDS may go', (of) => of.removePds(db, PDS)],
  ['a page of the list', (of) => of.listAccounts(db, '', 100)],
  ['names that begin with a text', (of) => of.listBeginning(db, 'kim', '', 100)],
  ['a stretch of those that contain it', (of) => of.listContaining(db, 'kim', further)],
  ['takedowns that were followed', (of) => of.listFollowedTakedowns(db, PDS)],
  ['what is under way', (of) => of.listUnderWay(db, 1)],
  ['what happened', (of) => of.listEvents(db, {}, 100)],
  ['operators', (of) => of.listOperators(db)],
  ['an account that goes', (of) => of.removeAccount(db, did)],
])('%s is found without a scan of the accounts', (_, ask) => {
  const preparing = vi.spyOn(db, 'prepare')
  ask(directory)
  const texts = new Set(preparing.mock.calls.map(([text]) => text))
  preparing.mockRestore()
  const plans = [...texts].filter((text) => /^\s*(SELECT|INSERT|UPDATE|DELETE)/i.test(text))
  expect(plans).not.toHaveLength(0)
  for (const text of plans) {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...parametersOf(text))
    const details = (steps as { detail: string }[]).map(({ detail }) => detail)
    expect
      .soft(
        details.filter((step) => /^SCAN account\b/.test(step)),
        text,
      )
      .toEqual([])
  }
})

/** As many as a statement has: nulls. */
function parametersOf(text: string): unknown[] {
  const named = [...text.matchAll(/@(\w+)/g)].map(([, name]) => [name, null])
  if (named.length > 0) return [Object.fromEntries(named)]
  return [...text.matchAll(/\?/g)].map(() => null)
}

describe('accounts of each PDS are counted', () => {
  const counted = () => directory.countAccounts(db)

  test('as they come, go and move', () => {
    add(1, 2, 3)
    insertEntry(db, entry(4, OTHER))
    expect(counted()).toEqual({ [PDS]: 3, [OTHER]: 1 })
    directory.removeAccount(db, entry(1).did)
    expect(counted()).toEqual({ [PDS]: 2, [OTHER]: 1 })
    replaceEntries(db, [entry(2, OTHER), entry(3), entry(5)])
    expect(counted()).toEqual({ [PDS]: 2, [OTHER]: 1 })
    replaceEntries(db, [])
    expect(counted()).toEqual({})
  })

  test('those that were there before they were counted, too', async () => {
    const folder = await makeTemporaryFolder('counted')
    const path = `${folder.path}/directory.sqlite`
    const steps = directorySchema.steps.slice(0, 12)
    const before = openDatabase(path, { ...directorySchema, steps })
    for (const number of [1, 2, 3]) insertEntry(before, entry(number))
    closeDatabase(before)
    const after = openDatabase(path, directorySchema)
    expect(directory.countAccounts(after)).toEqual({ [PDS]: 3 })
    closeDatabase(after)
    await folder.remove()
  })
})

test('a stretch of a search ends after so many accounts, whatever it finds', () => {
  add(...Array.from({ length: 30 }, (_, number) => number))
  const dids = listEntries(db, '', 30).map((one) => one.did)
  const look = (after: string) =>
    listContaining(db, 'son025', { where: 'anywhere', after, limit: 10, look: 10 })
  expect(look('')).toEqual({ entries: [], upTo: dids[9] })
  expect(look(dids[9] as string)).toEqual({ entries: [], upTo: dids[19] })
  expect(look(dids[19] as string)).toMatchObject({ entries: [entry(25)], upTo: dids[29] })
  expect(look(dids[29] as string)).toEqual({ entries: [], upTo: null })
})

describe('a search through a million accounts', () => {
  /** Of what the directory was asked, how much each time, and how often others had a turn. */
  const searched = async (findsIn: number | null) => {
    const looks: number[] = []
    let turns = 0
    const turn = () => {
      turns++
      waiting = setImmediate(turn)
    }
    let waiting = setImmediate(turn)
    const found = await searchAccounts(
      {
        listAccounts: async () => [],
        listBeginning: async () => [],
        listContaining: async (_, { look }) => {
          looks.push(look)
          const upTo = looks.length === 100 ? null : `did:plc:${looks.length}`
          return { entries: looks.length === findsIn ? [entry(1)] : [], upTo }
        },
      },
      'kim',
      '',
      100,
    )
    clearImmediate(waiting)
    return { looks, turns, found }
  }

  test('lets others have their turn after each piece, and goes on until it has something', async () => {
    const { looks, turns, found } = await searched(null)
    expect(Math.max(...looks)).toBeLessThanOrEqual(10_000)
    expect(turns).toBeGreaterThanOrEqual(looks.length - 1)
    expect(found).toEqual({ accounts: [], next: null })
  })

  test('leaves out nobody where those that begin with it become very many between two pages', async () => {
    const beginning = [entry(2), entry(4)]
    const others = [entry(1), entry(3)]
    let areMany = false
    const pageAfter = (cursor: string) =>
      searchAccounts(
        {
          listAccounts: async () => [],
          listBeginning: async (_, after, limit) =>
            areMany ? null : beginning.filter(({ did }) => did > after).slice(0, limit),
          listContaining: async (_, { after }) => {
            const all = [...beginning, ...others].toSorted((a, b) => (a.did < b.did ? -1 : 1))
            return { entries: all.filter(({ did }) => did > after), upTo: null }
          },
        },
        'person',
        cursor,
        1,
      )
    const first = await pageAfter('')
    expect(first).toEqual({ accounts: [entry(2)], next: `begin:${entry(2).did}` })
    areMany = true
    const { accounts } = await pageAfter(first.next ?? '')
    expect(accounts).toEqual([1, 2, 3, 4].map((number) => entry(number)))
  })

  test('then it is answered, and the next page goes on from there', async () => {
    const { looks, found } = await searched(20)
    expect(looks).toHaveLength(20)
    expect(found).toEqual({ accounts: [entry(1)], next: 'further:did:plc:20' })
  })
})
