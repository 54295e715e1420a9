import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, type Peer } from '../../lab/world/loopback.ts'
import { entrywayOf, makePdsHome, type Pds, type PdsHome, startPds } from '../../lab/world/pds.ts'
import { startPlc } from '../../lab/world/plc.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { populate } from '../import/populate.ts'
import { type Block, shellBlocks, unitFiles } from './blocks.ts'
import { type Service, startService } from './service.ts'
import { type Shell, startShell } from './shell.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const ACCOUNTS = 4
const isRoot = process.getuid?.() === 0

/** `sqlite3 <file> ".backup <copy>"`, where Debian's sqlite3 is not installed. */
const BACKUP_BY_NODE = `exec "${process.execPath}" -e '
  const Sqlite = require("${REPOSITORY}/node_modules/better-sqlite3")
  new Sqlite(process.argv[1]).backup(process.argv[2].replace(".backup ", ""))' "$@"`

let folder: TemporaryFolder
let user: { name: string; uid: number } | null = null
let plc: Peer
let home: PdsHome
let pds: Pds
let shell: Shell
let service: Service | null = null
let port: number

/** The paths of the pages, in the fresh folder. */
const here = (text: string) =>
  text
    .replaceAll('<this repository>', REPOSITORY)
    .replaceAll('/opt/vestibule', join(folder.path, 'opt'))
    .replaceAll('/var/lib/vestibule', join(folder.path, 'lib'))
    .replaceAll('/var/backups/vestibule', join(folder.path, 'backups'))
    .replaceAll('/root/copy', join(folder.path, 'copy'))
    .replaceAll(/(?<=\s)\/pds(?=[\s/])/g, home.folder.path)

beforeAll(async () => {
  folder = await makeTemporaryFolder('docs')
  chmodSync(folder.path, 0o755)
  if (isRoot) {
    const name = `vestibule-docs-${process.pid}`
    execFileSync('useradd', ['--system', '--no-create-home', name])
    user = { name, uid: Number(execFileSync('id', ['-u', name], { encoding: 'utf8' })) }
  }
  plc = await startPlc()
  home = await makePdsHome()
  pds = await startPds({ plcUrl: plc.url, home, inviteRequired: true })
  await populate(pds, ACCOUNTS)
  await pds.close()
  writeFileSync(
    join(home.folder.path, 'pds.env'),
    `PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX=${home.rotationKeys.privateHex}\n`,
  )
  port = await freePort()
  for (const name of ['lib', 'backups', 'bin']) mkdirSync(join(folder.path, name), { mode: 0o755 })
  // The repository is another user's.
  writeFileSync(join(folder.path, '.gitconfig'), '[safe]\n\tdirectory = *\n')
  writeTools()
  giveToUser()
  shell = startShell(
    folder.path,
    {
      PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
      HOME: folder.path,
      PDS_ADMIN_PASSWORD: home.adminPassword,
    },
    user?.uid,
  )
})
afterAll(async () => {
  await shell?.close()
  await service?.stop()
  await pds?.close()
  await plc?.close()
  await home?.folder.remove()
  await folder?.remove()
  if (user) execFileSync('userdel', [user.name], { stdio: 'ignore' })
})

/** What the pages call and is not here: pnpm, which would be downloaded, and sudo to oneself. */
function writeTools(): void {
  const answers = [
    ...['--yes', '--dev', '--url', `http://localhost:${port}`, '--port', port],
    ...['--handle-domains', '.test', '--plc-url', plc.url],
    ...['--pds-url', `http://localhost:${home.port}`],
  ]
  const tools: Record<string, string> = {
    npx: `shift 3\nexec "${process.execPath}" cli/main.ts "$@" ${answers.join(' ')}`,
    sudo: 'shift 2\nexec "$@"',
  }
  if (spawnSync('sqlite3', ['--version']).status !== 0) tools.sqlite3 = BACKUP_BY_NODE
  for (const [name, text] of Object.entries(tools)) {
    writeFileSync(join(folder.path, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
}

function giveToUser(): void {
  if (!user) return
  chownSync(folder.path, user.uid, user.uid)
  for (const path of [home.folder.path, join(folder.path, 'lib'), join(folder.path, 'backups')]) {
    execFileSync('chown', ['-R', String(user.uid), path])
  }
}

/** Does in the test's place what a block does that it cannot run. */
async function standInFor({ text }: Block): Promise<void> {
  if (text.includes('pnpm@10 install') && !text.includes('git pull')) {
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder.path, 'opt', 'node_modules'))
  }
  const [, verb] = /systemctl (enable --now|start|stop) vestibule$/m.exec(text) ?? []
  if (verb === 'stop') {
    await service?.stop()
  } else if (verb !== undefined) {
    if (verb !== 'start') await startPdsBehind()
    const unit = here(unitFiles('deploy.md').get('vestibule.service') ?? '')
    service = await startService(unit, `http://localhost:${port}`, user?.uid)
  }
}

/** With the lines that it is to be given. */
async function startPdsBehind(): Promise<void> {
  const run = `cd ${join(folder.path, 'opt')} && ${process.execPath} cli/main.ts --json pds-settings`
  const lines = JSON.parse(await shell.run(run)) as Record<string, string>
  pds = await startPds({ plcUrl: plc.url, home, entryway: entrywayOf(lines) })
}

test('what the pages tell an operator to run runs, in order, as a user that is not root', async () => {
  const blocks = ['deploy.md', 'pds.md', 'backup.md'].flatMap(shellBlocks)
  const notRun: string[] = []
  let said = ''
  for (const block of blocks) {
    if (block.notRun === null) {
      said += await shell.run(here(block.text))
    } else {
      notRun.push(`${block.page}: ${block.notRun}`)
      await standInFor(block)
    }
  }
  expect(notRun).toEqual([
    'deploy.md: makes a user of the system',
    'deploy.md: downloads the packages',
    'deploy.md: needs systemd',
    'deploy.md: needs root and systemd',
    'deploy.md: downloads the packages, and needs systemd',
    'backup.md: needs systemd',
    'backup.md: needs systemd',
    'backup.md: needs systemd',
  ])
  expect(blocks).toHaveLength(notRun.length + 9)
  // The rehearsal, then the import.
  expect(said.match(new RegExp(`accounts imported +│ ${ACCOUNTS} `, 'g'))).toHaveLength(2)
  expect(said).toContain(`${ACCOUNTS} accounts as of`)
  expect(said).toContain('All is in order')
  expect(said).not.toContain('.env not found')
}, 300_000)

test.runIf(spawnSync('systemd-analyze', ['--version']).status === 0)(
  'systemd takes the units',
  () => {
    const units = unitFiles('deploy.md')
    expect([...units.keys()]).toEqual([
      ...['vestibule.service', 'vestibule-backup.service', 'vestibule-backup.timer'],
    ])
    const places = [...units].map(([name, text]) => {
      const place = join(folder.path, name)
      const whole = here(text).replace(/^User=.*$/m, `User=${user?.name ?? 'nobody'}`)
      writeFileSync(place, whole, { mode: 0o644 })
      return place
    })
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...places], {
      encoding: 'utf8',
    })
    const ours = stderr.split('\n').filter((line) => line.includes('vestibule'))
    expect({ status, ours }).toEqual({ status: 0, ours: [] })
  },
)
