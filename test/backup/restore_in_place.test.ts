import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databasePath } from '../../database/paths.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { DataInUseError, holdData } from '../../maintenance/data_folder/hold.ts'
import { setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { PartsElsewhere } from '../../maintenance/data_folder/parts_elsewhere.ts'
import { commitStaged } from '../../maintenance/data_folder/staging.ts'
import { assertRestorable, restore } from '../../maintenance/restore.ts'
import { DataFolder } from '../shared/data_folder.ts'
import { sayUnlessRoot } from '../shared/left_out.ts'

/** Debian's `nobody`: not root, and of no folder the owner. */
const OTHER_USER = 65534
const isRoot = sayUnlessRoot('a restore into the home of another user')

let parent: TemporaryFolder
let folder: string
let home: string

beforeEach(async () => {
  parent = await makeTemporaryFolder('home')
  const data = new DataFolder(join(parent.path, 'data'))
  for (const name of ['alice', 'bob']) data.add(name)
  folder = join(parent.path, 'backup')
  await backUp({ dataDir: data.dataDir, folder })
  home = join(parent.path, 'service')
  mkdirSync(join(home, 'secrets'), { recursive: true })
  mkdirSync(join(home, '.cache'))
  for (const name of ['.bash_logout', '.bashrc', '.profile']) writeFileSync(join(home, name), '')
})
afterEach(() => parent.remove())

const listFiles = (path: string) => readdirSync(path, { recursive: true, encoding: 'utf8' })

test("into a user's home, whose files stay", async () => {
  expect((await restore({ folder, dataDir: home })).report).toMatchObject({ accounts: 2 })
  expect(readdirSync(home).sort()).toEqual([
    ...['.bash_logout', '.bashrc', '.cache', '.profile'],
    ...['accounts', 'auth', 'directory.sqlite', 'program.lock', 'secrets'],
  ])
  expect(readdirSync(parent.path).sort()).toEqual(['backup', 'data', 'service'])
  expect((await checkData(home)).findings).toEqual([])
})

test('beside keys, which stay, or the operator is told to put them there', async () => {
  const run = async (dataDir: string) =>
    (await runCliHere({ ENTRYWAY_DATA_DIR: dataDir }, ['restore', folder])).stdout
  expect(await run(join(parent.path, 'empty'))).toContain('Put the keys into')
  writeFileSync(join(home, 'secrets', 'dpop_secret.hex'), 'a key')
  expect(await run(home)).not.toContain('Put the keys into')
})

test('keys into a folder of another disk', async () => {
  const { dataDir } = new DataFolder(join(parent.path, 'with keys'))
  mkdirSync(join(dataDir, 'secrets'))
  writeFileSync(join(dataDir, 'secrets', 'dpop_secret.hex'), 'a key')
  const withKeys = join(parent.path, 'backup with keys')
  await backUp({ dataDir, folder: withKeys, withSecrets: true })
  const disk = join(parent.path, 'disk')
  mkdirSync(join(disk, 'lost+found'), { recursive: true })
  rmSync(join(home, 'secrets'), { recursive: true })
  symlinkSync(disk, join(home, 'secrets'))
  expect(await restore({ folder: withKeys, dataDir: home })).toMatchObject({ hasKeys: true })
  expect(readdirSync(disk).sort()).toEqual(['dpop_secret.hex', 'lost+found'])
  expect(readFileSync(join(home, 'secrets', 'dpop_secret.hex'), 'utf8')).toBe('a key')
})

/** A disk at which a PDS keeps its data, which is lost after it was backed up. */
async function loseWithPds() {
  const at = join(parent.path, 'disk')
  const pds = join(at, 'pds')
  const places = {
    ...{ accounts: join(pds, 'account.sqlite'), sequencer: join(pds, 'sequencer.sqlite') },
    ...{ actors: join(pds, 'actors'), blobs: join(pds, 'blobs') },
  }
  mkdirSync(pds, { recursive: true })
  for (const path of [places.accounts, places.sequencer]) {
    new Sqlite(path).exec('CREATE TABLE record (uri TEXT)').close()
  }
  const withPds = join(parent.path, 'backup with a PDS')
  await backUp({ dataDir: join(parent.path, 'data'), folder: withPds, pds: places })
  rmSync(at, { recursive: true })
  return { at, places, withPds }
}

/** What somebody else does meanwhile, once the first file is there. */
const restoreWhile = (meanwhile: () => void) =>
  restore({ folder, dataDir: home, onProgress: (done) => void (done === 1 && meanwhile()) })

test('one that fails leaves nothing in a folder of another disk either', async () => {
  mkdirSync(join(home, 'accounts', 'lost+found'), { recursive: true })
  const before = listFiles(home)
  const failed = restoreWhile(() => {
    throw new Error('killed')
  })
  await expect(failed).rejects.toThrow('killed')
  expect(listFiles(home).toSorted()).toEqual([...before, 'program.lock'].toSorted())
})

test('nor where the PDS keeps its data', async () => {
  const { at, places, withPds } = await loseWithPds()
  // Something is begun in the place of what was prepared.
  const onProgress = () => void mkdirSync(join(home, 'auth/other'), { recursive: true })
  const failed = restore({ folder: withPds, dataDir: home, pds: places, onProgress })
  await expect(failed).rejects.toThrow('No other folder can take the place')
  expect(existsSync(at)).toBe(false)
})

test('what is decided stays where something is in its way, and goes on once that is gone', async () => {
  const place = join(
    home,
    databasePath.account({ dataDir: '' }, 'did:plc:bob').split('/', 2).join('/'),
  )
  mkdirSync(join(home, 'accounts'))
  await expect(restoreWhile(() => mkdirSync(place))).rejects.toThrow(`${place} is in the way`)
  rmSync(place, { recursive: true })
  holdData(home).release()
  expect(await checkData(home)).toMatchObject({ accounts: 2, findings: [] })
})

test('nothing is decided where a folder cannot take its place', () => {
  const prepared = join(home, '.adopting')
  mkdirSync(join(prepared, 'pds'), { recursive: true })
  mkdirSync(join(parent.path, 'disk'))
  symlinkSync(join(parent.path, 'disk'), join(home, 'pds'))
  expect(() => commitStaged(home, prepared)).toThrow(
    `the place of ${join(home, 'pds')}: it is a link`,
  )
  expect(readdirSync(home)).toContain('.adopting')
  rmSync(join(home, 'pds'))
  mkdirSync(join(home, 'pds'))
  commitStaged(home, prepared)
  expect(readdirSync(home)).not.toContain('.staged')
})

test('beside what the PDS inside keeps, which stays', async () => {
  mkdirSync(join(home, 'pds'))
  writeFileSync(join(home, 'pds', 'account.sqlite'), 'of the PDS')
  await restore({ folder, dataDir: home })
  expect(readFileSync(join(home, 'pds', 'account.sqlite'), 'utf8')).toBe('of the PDS')
})

test('what is in the way is named, and stays', async () => {
  writeFileSync(join(home, 'notes.txt'), 'mine')
  const refused = restore({ folder, dataDir: home })
  await expect(refused).rejects.toThrow(`${home} is not empty (notes.txt): move away`)
  expect(listFiles(home)).not.toContain('directory.sqlite')
})

test('not where the data went elsewhere, until somebody has seen to it; then it is', async () => {
  setMoveOf(home, { state: 'moved', id: 'a', place: 'the engine at e.test' })
  const refused = restore({ folder, dataDir: home })
  const mark = join(home, 'move.json')
  await expect(refused).rejects.toThrow(
    `${mark} says that the data were on their way between here and the engine at e.test: see that nothing serves them there, remove that file, and restore again`,
  )
  expect(listFiles(home)).not.toContain('directory.sqlite')
  rmSync(mark)
  expect((await restore({ folder, dataDir: home })).report).toMatchObject({ accounts: 2 })
})

test('not while a program runs there, even on no data yet', async () => {
  const program = holdData(home)
  await expect(restore({ folder, dataDir: home })).rejects.toThrow(DataInUseError)
  program.release()
  await restore({ folder, dataDir: home })
})

test.each([
  ['the next who holds the data', async () => holdData(home).release()],
  [
    'the next restore, which says so',
    async () => {
      const again = restore({ folder, dataDir: home })
      await expect(again).rejects.toThrow(`is finished now: ${home} has its data again`)
    },
  ],
  [
    'the next that would fetch a backup first, likewise',
    async () => {
      expect(() => assertRestorable(home)).toThrow(`is finished now: ${home} has its data again`)
    },
  ],
])('interrupted while it moves to its place, it is finished by %s', async (_, finish) => {
  await restore({ folder, dataDir: home })
  mkdirSync(join(home, '.staged'))
  // As after a crash between two of the moves.
  for (const name of ['auth', 'directory.sqlite']) {
    renameSync(join(home, name), join(home, '.staged', name))
  }
  await finish()
  expect(readdirSync(home)).not.toContain('.staged')
  expect(await checkData(home)).toMatchObject({ accounts: 2, findings: [] })
})

describe.runIf(isRoot)('with users', () => {
  beforeEach(() => {
    chmodSync(parent.path, 0o711)
    execFileSync('chown', ['-R', String(OTHER_USER), home])
  })
  const cli = (...args: string[]) =>
    runCli({ PATH: process.env.PATH, ENTRYWAY_DATA_DIR: home }, args, { uid: OTHER_USER })

  test('by the user of the service, who may write nowhere but there', async () => {
    execFileSync('chown', ['-R', String(OTHER_USER), folder])
    expect(await cli('restore', folder)).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await checkData(home)).accounts).toBe(2)
  })

  test('by root: all of it is the folder owner’s', async () => {
    await restore({ folder, dataDir: home })
    const owners = listFiles(home).map((name) => statSync(join(home, name)).uid)
    expect(new Set(owners)).toEqual(new Set([OTHER_USER]))
  })

  test('by root, what the PDS keeps elsewhere: the folders that are made for it, too', async () => {
    const { at, places, withPds } = await loseWithPds()
    await restore({ folder: withPds, dataDir: home, pds: places })
    const owners = ['', ...listFiles(at)].map((name) => statSync(join(at, name)).uid)
    expect(new Set(owners)).toEqual(new Set([OTHER_USER]))
  })

  test('one that fails leaves no folder that was made for it', async () => {
    const parts = new PartsElsewhere(home)
    await parts.add(join(parent.path, 'disk/pds/account.sqlite'))
    await parts.remove()
    expect(existsSync(join(parent.path, 'disk'))).toBe(false)
  })

  test('root moves nothing elsewhere as a file of the folder’s owner says', async () => {
    const [prepared, place] = [join(parent.path, 'prepared'), join(parent.path, 'place')]
    writeFileSync(prepared, '')
    mkdirSync(join(home, '.staged'))
    const parts = [{ prepared, place, isFolder: false, isDisk: false }]
    writeFileSync(join(home, '.staged', '.elsewhere.json'), JSON.stringify(parts))
    await expect(restore({ folder, dataDir: home })).rejects.toThrow('start the program')
    expect([existsSync(prepared), existsSync(place)]).toEqual([true, false])
  })

  test('nor takes what a link of theirs leads to', async () => {
    const others = join(parent.path, 'others')
    mkdirSync(others)
    writeFileSync(join(others, 'notes.txt'), 'mine')
    symlinkSync(others, join(home, '.staged'))
    await expect(restore({ folder, dataDir: home })).rejects.toThrow(/ELOOP|ENOTDIR/)
    expect(readdirSync(others)).toEqual(['notes.txt'])
  })

  test.each(['accounts', 'auth'])(
    'nor writes where a link of theirs leads, at %s',
    async (name) => {
      const others = join(parent.path, 'others')
      mkdirSync(others)
      symlinkSync(others, join(home, name))
      await expect(restore({ folder, dataDir: home })).rejects.toThrow('is a link')
      expect(readdirSync(others)).toEqual([])
    },
  )

  test('what may not be read is not taken for what is not there', async () => {
    const refused = 'may not use'
    for (const args of [
      ['restore', folder],
      ['doctor', '--data', folder],
    ]) {
      expect(await cli(...args)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(refused),
      })
    }
    expect(await cli('doctor', '--data', '/nonexistent')).toMatchObject({
      exitCode: 2,
      stderr: 'There is no folder /nonexistent; name the data directory\n',
    })
    chownSync(join(home, 'secrets'), 0, 0)
    chmodSync(join(home, 'secrets'), 0o700)
    expect((await cli('pds-settings')).stderr).toContain(refused)
    expect((await cli('backup', join(home, 'new'))).stderr).not.toContain('not empty')
  })
})
