import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import type { ImportedAccount } from '../../database/import/imported_account.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { accounts } from '../../operator/commands/imports.ts'
import { DataFolder, PDS } from '../shared/data_folder.ts'

let folder: TemporaryFolder
let data: DataFolder
/** Happens once, between an account's own records and its names. */
let meanwhile: () => void

beforeEach(async () => {
  folder = await makeTemporaryFolder('interrupted')
  data = new DataFolder(folder.path)
  meanwhile = () => {}
})
afterEach(() => folder.remove())

const alice: Omit<ImportedAccount, 'pdsDid'> = {
  did: 'did:plc:alice',
  handle: 'alice.test',
  email: 'alice@mail.test',
  emailConfirmedAt: null,
  emailAuthFactor: false,
  passwordScrypt: `00:${'0'.repeat(128)}`,
  createdAt: 1,
  deactivatedAt: null,
  deleteAfter: null,
  takedownRef: null,
  invitesDisabled: false,
  appPasswords: [],
}

const directory = new Proxy(directoryFunctions, {
  get:
    (functions, name) =>
    async (...args: unknown[]) =>
      data.directory((db) => Reflect.get(functions, name)(db, ...args)),
})
const account = (did: string) => ({
  import: async (imported: ImportedAccount) => {
    const isNew = data.account(did, (db) => accountFunctions.import(db, imported))
    meanwhile()
    return isNew
  },
  erase: async () => data.account(did, accountFunctions.erase),
})
const run = async (sent = {}) => {
  const context = { services: { actors: { directory, account } } }
  const input = { pds: PDS, dryRun: false, accounts: [{ ...alice, ...sent }] }
  return (await accounts.run(context as never, input)).outcomes
}
const takeName = () => {
  const other = { did: 'did:plc:other', handle: 'alice.test', email: 'o@mail.test', pdsDid: PDS }
  data.account(other.did, (db) =>
    accountFunctions.create(db, { ...other, passwordScrypt: 'salt:hash' }),
  )
  data.directory((db) => directoryFunctions.addAccount(db, { ...other, createdAt: 1 }))
}
const findings = async () => (await checkData(data.dataDir, { patience: 0 })).findings

test('stopped between records and names, the next run goes on', async () => {
  meanwhile = () => {
    throw new Error('power failure')
  }
  await expect(run()).rejects.toThrow('power failure')
  expect(await findings()).toMatchObject([{ problem: 'the account is not in the directory' }])
  meanwhile = () => {}
  expect(await run()).toEqual([{ did: alice.did, outcome: 'imported' }])
  expect(await run()).toEqual([{ did: alice.did, outcome: 'present', lacksFactor: false }])
  expect(await findings()).toEqual([])
})

test('a name that somebody takes meanwhile is refused, and no records stay', async () => {
  meanwhile = takeName
  expect(await run()).toMatchObject([{ did: alice.did, outcome: 'refused' }])
  expect(await findings()).toEqual([])
  expect(data.account(alice.did, accountFunctions.read)).toBeNull()
})

test('an account stands here as it stood on its PDS', async () => {
  const stood = {
    ...{ emailConfirmedAt: 2, emailAuthFactor: true, deactivatedAt: 3, deleteAfter: 4 },
    ...{ takedownRef: 'of the PDS', invitesDisabled: true },
  }
  await run(stood)
  expect(data.account(alice.did, accountFunctions.read)).toMatchObject(stood)
})

const appPasswords = ['first', 'second'].map((name, n) => ({
  ...{ name, privileged: false, createdAt: 1, passwordScrypt: `00:${String(n).repeat(128)}` },
}))
const FIRST = { appPasswords: appPasswords.slice(0, 1), unfinished: true }
const SECOND = { appPasswords: appPasswords.slice(1), continues: { isNew: true } }

test('stopped between the app passwords of one account, the next run goes on', async () => {
  const begun = { did: alice.did, outcome: 'begun' }
  expect(await run(FIRST)).toEqual([{ ...begun, isNew: true }])
  expect(await findings()).toMatchObject([{ problem: 'the account is not in the directory' }])
  expect(await run(FIRST)).toEqual([{ ...begun, isNew: false }])
  expect(await run(SECOND)).toEqual([{ did: alice.did, outcome: 'imported' }])
  expect(await findings()).toEqual([])
  const names = data.account(alice.did, accountFunctions.listAppPasswords).map(({ name }) => name)
  expect(names.sort()).toEqual(['first', 'second'])
})

test.for(['before', 'after'])(
  'of an account whose name is taken %s its last app passwords came no records stay',
  async (when) => {
    await run(FIRST)
    if (when === 'before') takeName()
    else meanwhile = takeName
    expect(await run(SECOND)).toMatchObject([{ did: alice.did, outcome: 'refused' }])
    expect(data.account(alice.did, accountFunctions.read)).toBeNull()
  },
)

test('records that an import has found stay where it is refused', async () => {
  await run(FIRST)
  takeName()
  const found = { ...SECOND, continues: { isNew: false } }
  expect(await run(found)).toMatchObject([{ did: alice.did, outcome: 'refused' }])
  expect(data.account(alice.did, accountFunctions.read)).not.toBeNull()
})
