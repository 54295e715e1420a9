import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { runCli } from '../../lab/world/vestibule/cli.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { DataFolder } from '../shared/data_folder.ts'

const DIE = fileURLToPath(new URL('../adopt/die_at.ts', import.meta.url))

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await makeTemporaryFolder('killed-restore')
})
afterEach(() => folder.remove())

type Home = { data: string; pds: string; blobs: string }

test.each<[string, (path: string) => Home, disks: (home: Home) => string[]]>([
  [
    'outside of the data folder',
    (path) => ({ data: join(path, 'data'), pds: join(path, 'pds'), blobs: join(path, 'blobs') }),
    ({ blobs }) => [blobs],
  ],
  [
    'in it, and disks mounted at folders of it',
    (path) => ({ data: path, pds: join(path, 'pds'), blobs: join(path, 'pds/blobs') }),
    ({ data, pds, blobs }) => [
      ...['accounts', 'auth', 'secrets'].map((name) => join(data, name)),
      ...[pds, blobs],
    ],
  ],
])(
  'killed wherever it changes a file, a restore goes on by itself, with the PDS %s',
  async (_, home, disks) => {
    const service = join(folder.path, 'service')
    const { data, pds, blobs } = home(service)
    const kept = new DataFolder(data)
    for (const name of ['alice', 'bob']) kept.add(name)
    const [accounts, sequencer] = [join(pds, 'account.sqlite'), join(pds, 'sequencer.sqlite')]
    const actors = join(pds, 'actors')
    const repo = join(actors, '7z/did:plc:bob/store.sqlite')
    mkdirSync(dirname(repo), { recursive: true })
    for (const path of [accounts, sequencer, repo]) {
      new Sqlite(path).exec('CREATE TABLE record (uri TEXT)').close()
    }
    for (const did of ['did:plc:alice', 'did:plc:bob']) {
      mkdirSync(join(blobs, did), { recursive: true })
      writeFileSync(join(blobs, did, 'blob'), 'a picture')
    }
    const backup = join(folder.path, 'backup')
    await backUp({
      ...{ dataDir: data, folder: backup, withSecrets: true },
      pds: { accounts, sequencer, actors, blobs },
    })

    const env = childEnvironment(
      {},
      {
        ...{ ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: data, PDS_DATA_DIRECTORY: pds },
        PDS_BLOBSTORE_DISK_LOCATION: blobs,
      },
    )
    const attempt = (at: number) => {
      rmSync(service, { recursive: true, force: true })
      // As where an empty disk is mounted.
      for (const disk of disks({ data, pds, blobs })) {
        mkdirSync(join(disk, 'lost+found'), { recursive: true })
      }
      const dying = { ...env, NODE_OPTIONS: `--import ${DIE}`, DIE_AT: String(at) }
      return runCli(dying, ['restore', backup], { cwd: folder.path })
    }
    let at = 1
    let last = await attempt(at)
    for (; last.exitCode === null; last = await attempt(++at)) {
      const again = await runCliHere(env, ['restore', backup], { cwd: folder.path })
      const told = again.stdout + again.stderr
      expect.soft(told, `killed before change ${at}`).toMatch(/is there again|is finished now/)
      const lost = [accounts, sequencer, repo, join(blobs, 'did:plc:bob/blob')]
      expect.soft(lost.filter((path) => !existsSync(path))).toEqual([])
      expect.soft(await checkData(data)).toMatchObject({ accounts: 2, findings: [] })
      const all = readdirSync(service, { recursive: true, encoding: 'utf8' })
      expect.soft(all.filter((path) => /\.(restoring|staged)/.test(path))).toEqual([])
    }
    expect(last).toMatchObject({ exitCode: 0 })
    expect(at).toBeGreaterThan(8)
  },
)
