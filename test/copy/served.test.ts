import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFunctions } from '../../actors/account/index.ts'
import { partFunctions } from '../../actors/directory/index.ts'
import { keptActions } from '../../actors/hosting/engine/kept_actions.ts'
import { openAsItIs } from '../../database/check/database.ts'
import { partitionOf } from '../../database/partition.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { verifyBackup } from '../../maintenance/backup/verify_backup.ts'
import { checkData, checkDatabases } from '../../maintenance/check/data.ts'
import type { Finding } from '../../maintenance/check/finding.ts'
import { abandonMove, copyData } from '../../maintenance/copy/copy_data.ts'
import { fromFiles, toFiles } from '../../maintenance/copy/files.ts'
import { fromEngine } from '../../maintenance/copy/from_engine.ts'
import type { Source } from '../../maintenance/copy/place.ts'
import { toEngine } from '../../maintenance/copy/to_engine.ts'
import { databasesOn } from '../../maintenance/databases/engine_databases.ts'
import { restore } from '../../maintenance/restore.ts'
import { DataFolder, PDS } from '../shared/data_folder.ts'
import { tablesOf } from '../storage/tables.ts'
import { MemoryEngine, MemoryRunner } from './memory_engine.ts'

const NAMES = Array.from({ length: 20 }, (_, i) => `person${i}`)
const SPREAD = { authActors: 2, directories: 3 }

let home: TemporaryFolder
let engine: MemoryEngine
let runner: MemoryRunner
let backup: string
let restored: string

beforeEach(async () => {
  home = await makeTemporaryFolder('served')
  const data = new DataFolder(join(home.path, 'data'))
  for (const name of NAMES) data.add(name)
  engine = await onAnEngine(data.dataDir)
  runner = new MemoryRunner(engine, SPREAD, join(home.path, 'copies'))
  backup = join(home.path, 'backup')
  restored = join(home.path, 'restored')
})
afterEach(async () => {
  await runner.close()
  await home.remove()
})

let scratches = 0
function scratch(): string {
  const path = join(home.path, `scratch-${scratches++}`)
  mkdirSync(path)
  return path
}

async function onAnEngine(dataDir: string, spread = SPREAD): Promise<MemoryEngine> {
  const made = new MemoryEngine()
  const folder = scratch()
  const to = toEngine(made, folder, spread)
  await copyData({ from: fromFiles(dataDir), to, scratch: folder, spread })
  return made
}

async function onFiles(from: MemoryEngine, name: string, spread = SPREAD): Promise<string> {
  const folder = scratch()
  const dataDir = join(home.path, name)
  const source = fromEngine(from, folder)
  await copyData({ from: source, to: toFiles(dataDir), scratch: folder, spread })
  // It serves on, and is copied again.
  await abandonMove(source, toFiles(dataDir))
  return dataDir
}

/** The files of all databases with what is in them. */
function contentOf(dataDir: string) {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    files
      .filter((path) => path.endsWith('.sqlite'))
      .sort()
      .map((path) => {
        const db = openAsItIs(join(dataDir, path))
        try {
          return [path, tablesOf(db)]
        } finally {
          db.close()
        }
      }),
  )
}

const didOf = (name: string) => `did:plc:${name}`
const account = (name: string) => ({ kind: 'account', did: didOf(name) }) as const
const partOf = (name: string) =>
  ({ kind: 'directory', number: partitionOf(name, SPREAD.directories) }) as const

async function rename(name: string, handle: string): Promise<void> {
  await runner.use(account(name), (db) => accountFunctions.setHandle(db, handle, null))
  const did = didOf(name)
  const old = await runner.use(partOf(did), (db) =>
    db.prepare('SELECT handle FROM account WHERE did = ?').pluck().get(did),
  )
  await runner.use(partOf(handle), (db) => partFunctions.claimName(db, handle, did))
  await runner.use(partOf(did), (db) =>
    db.prepare('UPDATE account SET handle = ? WHERE did = ?').run(handle, did),
  )
  await runner.use(partOf(String(old)), (db) =>
    db.prepare('DELETE FROM name_claim WHERE name = ? AND holder = ?').run(old, did),
  )
}

async function add(name: string): Promise<void> {
  const did = didOf(name)
  const [handle, email] = [`${name}.test`, `${name}@mail.test`]
  const entry = { did, handle, email, pdsDid: PDS, createdAt: 1 }
  await runner.use(account(name), (db) =>
    accountFunctions.create(db, { ...entry, passwordScrypt: 'salt:hash' }),
  )
  for (const claimed of [handle, email]) {
    await runner.use(partOf(claimed), (db) => partFunctions.claimName(db, claimed, did))
  }
  await runner.use(partOf(did), (db) => partFunctions.putEntry(db, entry))
}

const backUpEngine = async () =>
  backUp({ dataDir: home.path, databases: await databasesOn(runner, scratch()), folder: backup })
const doctor = async () => checkDatabases(await databasesOn(runner, scratch()), { patience: 0 })

test('what is backed up there is restored to files, and goes to an engine again from those', async () => {
  // Some are awake, of those some have written since they woke.
  for (const name of NAMES.slice(0, 8)) await runner.use(account(name), () => {})
  for (const name of NAMES.slice(4, 8)) await rename(name, `${name}.again.test`)
  const { databases } = await backUpEngine()
  expect(databases).toHaveLength(NAMES.length + 5)
  expect(await verifyBackup(backup)).toMatchObject({ accounts: NAMES.length })
  const { report, directory } = await restore({ folder: backup, dataDir: restored })
  expect(report).toMatchObject({ databases: NAMES.length + 5, findings: [] })
  expect(directory).toMatchObject({ added: [], changed: [], removed: [], lost: [] })
  const copied = contentOf(await onFiles(engine, 'copied'))
  expect(contentOf(restored)).toEqual(copied)
  const again = await onAnEngine(restored)
  expect(contentOf(await onFiles(again, 'again'))).toEqual(copied)
})

test('what changes there during a backup is in it whole or not at all', async () => {
  let hasChanged = false
  runner.beforeLook = async (name) => {
    if (hasChanged || name.kind !== 'account') return
    hasChanged = true
    await rename('person0', 'other.test')
    await rename('person1', 'person0.test')
    await add('dave')
  }
  await backUpEngine()
  const { report, directory } = await restore({ folder: backup, dataDir: restored })
  expect(report).toMatchObject({ accounts: NAMES.length + 1, findings: [] })
  expect(directory).toMatchObject({ added: [], changed: [], removed: [], lost: [] })
})

test('a backup that is cut short counts for none', async () => {
  let looks = 0
  runner.beforeLook = async () => {
    if (++looks > 20) throw new Error('The operator pressed Ctrl+C')
  }
  await expect(backUpEngine()).rejects.toThrow('Ctrl+C')
  await expect(verifyBackup(backup)).rejects.toThrow('no finished backup')
  await expect(restore({ folder: backup, dataDir: restored })).rejects.toThrow('no finished backup')
})

test('a name that passes to another account while the parts of a directory are read is said', async () => {
  const source = fromEngine(engine, scratch())
  const [early = '', late = ''] = [0, 2].map((part) =>
    NAMES.find((name) => partitionOf(didOf(name), SPREAD.directories) === part),
  )
  const copy: Source['copy'] = async (name, path) => {
    if (name.kind === 'directory' && name.number === 2) {
      await rename(early, 'other.test')
      await rename(late, `${early}.test`)
    }
    return source.copy(name, path)
  }
  const copyFrom = (from: Source) =>
    copyData({ from, to: toFiles(join(home.path, 'there')), scratch: scratch(), spread: SPREAD })
  await expect(copyFrom({ ...source, copy })).rejects.toThrow('run the command again')
  expect(await copyFrom(source)).toMatchObject({ accounts: NAMES.length })
})

test('doctor finds there what it finds in files', async () => {
  expect(await doctor()).toEqual({
    databases: NAMES.length + 5,
    accounts: NAMES.length,
    findings: [],
  })
  const did = didOf('person0')
  await runner.use(account('person0'), (db) =>
    db.exec("UPDATE account SET handle = 'wrong.test', email_auth_factor = 1"),
  )
  await runner.use(account('person1'), (db) =>
    db.exec("UPDATE account SET email = 'person2@mail.test'"),
  )
  await runner.use(partOf(didOf('person3')), (db) => {
    db.exec(`UPDATE account SET pds_did = 'did:web:nowhere' WHERE did = '${didOf('person3')}'`)
  })
  await runner.use(partOf('person4.test'), (db) =>
    db.exec("DELETE FROM name_claim WHERE name = 'person4.test'"),
  )
  const lost = didOf('person7')
  await runner.use(partOf(lost), (db) => db.exec(`DELETE FROM account WHERE did = '${lost}'`))
  await runner.use(partOf(did), (db) => {
    partFunctions.reserveHandle(db, did, 'person5.test', 0)
    partFunctions.beginDeletion(db, did, 1)
  })
  const { findings } = await doctor()
  await backUpEngine()
  const inFiles = await checkData(backup, { patience: 0 })
  const sorted = (those: Finding[]) => those.map((one) => JSON.stringify(one)).sort()
  expect(sorted(findings)).toEqual(sorted(inFiles.findings))
  expect(findings.length).toBeGreaterThan(6)
  const strangers = findings.filter(({ problem }) => problem.includes('is not in the directory'))
  expect(strangers.map((one) => one.did)).toEqual([lost])
  // As on files, a restore mends that from the accounts.
  expect((await restore({ folder: backup, dataDir: restored })).directory.added).toEqual([lost])
})

test('doctor says which database has lost a part; a backup is without that account', async () => {
  const name = account('person9')
  await runner.use(name, () => {})
  const kv = runner.kvOf(name)
  const [key] = (await kv.list('snapshot/'))[0] ?? (await kv.list('log/'))[0] ?? []
  await kv.delete([key as string])
  const before = (await doctor()).findings
  expect(before.map(({ problem }) => problem)).toEqual([
    expect.stringContaining('cannot be read: a part of it is missing'),
    expect.stringContaining('belongs to an account that has no records'),
  ])
  await backUpEngine()
  const problem = expect.stringContaining('a part of it is missing')
  expect(await verifyBackup(backup)).toMatchObject({
    accounts: NAMES.length - 1,
    damaged: [{ did: didOf('person9'), problem }],
  })
})

test('only the operator may read what an actor keeps', async () => {
  const secrets = { operatorToken: 'right', actorSecret: 'of all machines' }
  const done = async () => {}
  const actions = keptActions({ secrets } as never, { keepHead: done, changeMove: done })
  const given: Record<keyof typeof actions, unknown[]> = {
    listKept: ['head/'],
    getKept: [['head/']],
    keepHead: [],
    changeMove: [null, { found: null }],
  }
  for (const [name, args] of Object.entries(given)) {
    const action = actions[name as keyof typeof actions] as (...a: unknown[]) => unknown
    for (const guess of [undefined, null, '', 'wrong', secrets.actorSecret]) {
      expect(() => action({}, guess, null, ...args)).toThrow('Forbidden')
    }
  }
  expect(Object.keys(given).sort()).toEqual(Object.keys(actions).sort())
  const kv = { list: async () => [['head/1', new Uint8Array()]] }
  expect(await actions.listKept({ kv } as never, 'right', null, 'head/')).toHaveLength(1)
})
