import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, type Peer } from '../../lab/world/loopback.ts'
import { isRunning } from '../../lab/world/processes/is_running.ts'
import {
  entrywayOf,
  makePdsHome,
  type Pds,
  type PdsHome,
  startPds,
} from '../../lab/world/servers/pds.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { populate } from '../import/populate.ts'
import { sayUnless } from '../shared/left_out.ts'
import { type Block, otherBlocks, shellBlocks, units } from './blocks.ts'
import { type Shell, startShell } from './shell.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const ACCOUNTS = 4
/** Named after the process that made it. */
const LEFT_USER = /^vestibule-docs-(\d+)(?=:)/gm
const isRoot = process.getuid?.() === 0
const hasSystemd = sayUnless(
  spawnSync('systemd-analyze', ['--version']).status === 0,
  'the units of systemd: systemd-analyze is not installed (apt-get install systemd)',
)

/** `sqlite3 <file> ".backup <copy>"`, where Debian's sqlite3 is not installed. */
const BACKUP_BY_NODE = `exec "${process.execPath}" -e '
  const Sqlite = require("${REPOSITORY}/node_modules/better-sqlite3")
  new Sqlite(process.argv[1]).backup(process.argv[2].replace(".backup ", ""))' "$@"`

let folder: TemporaryFolder
let user: { name: string; uid: number; gid: number } | null = null
let plc: Peer
let home: PdsHome
let pds: Pds
let shell: Shell | null = null
let port: number

/** The paths and names of the pages, in the fresh folder. */
const here = (text: string) =>
  text
    .replaceAll('<this repository>', join(folder.path, 'origin'))
    .replaceAll('/opt/vestibule', join(folder.path, 'opt'))
    .replaceAll('/var/lib/vestibule', join(folder.path, 'lib'))
    .replaceAll('/var/backups/vestibule', join(folder.path, 'backups'))
    .replaceAll('/etc/systemd/system', join(folder.path, 'units'))
    .replaceAll('/root/copy', join(folder.path, 'copy'))
    .replaceAll(/(?<=\s)\/pds(?=[\s/])/g, home.folder.path)
    .replaceAll(/(?<=User=|-o |--create-home )vestibule$|(?<=-[og] )vestibule(?= )/gm, userName())

const userName = () => user?.name ?? userInfo().username

beforeAll(async () => {
  folder = await makeTemporaryFolder('docs')
  chmodSync(folder.path, 0o755)
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
  for (const name of ['bin', 'units']) mkdirSync(join(folder.path, name), { mode: 0o755 })
  const origin = join(folder.path, 'origin')
  const git = (...args: string[]) => execFileSync('git', ['-C', REPOSITORY, ...args])
  git('clone', '--quiet', REPOSITORY, origin)
  git('-C', origin, 'checkout', '--quiet', '-B', 'main')
  // The repository is another user's.
  writeFileSync(join(folder.path, '.gitconfig'), '[safe]\n\tdirectory = *\n')
  writeTools()
})
afterAll(async () => {
  await shell?.close()
  await pds?.close()
  await plc?.close()
  await home?.folder.remove()
  await folder?.remove()
  if (user) execFileSync('userdel', [user.name], { stdio: 'ignore' })
})

/**
 * What the pages call and is not here: pnpm, which would be downloaded as all packages would, sudo to
 * oneself, and systemd, which is the first process of a machine.
 */
function writeTools(): void {
  const answers = [
    ...['--yes', '--dev', '--url', `http://localhost:${port}`, '--port', port],
    ...['--handle-domains', '.test', '--plc-url', plc.url],
    ...['--pds-url', `http://localhost:${home.port}`],
  ]
  const node = `exec "${process.execPath}"`
  const systemd = `${node} "${fileURLToPath(new URL('./systemd.ts', import.meta.url))}"`
  const tools: Record<string, string> = {
    npx: `case "$3" in
  install) exec ln -sfn "${REPOSITORY}/node_modules" node_modules ;;
  vestibule) shift 3; ${node} cli/main.ts "$@" ${answers.join(' ')} ;;
esac`,
    sudo: 'shift 2\nexec "$@"',
    systemctl: `${systemd} systemctl "$@"`,
    journalctl: `${systemd} journalctl "$@"`,
  }
  if (spawnSync('sqlite3', ['--version']).status !== 0) tools.sqlite3 = BACKUP_BY_NODE
  for (const [name, text] of Object.entries(tools)) writeTool('bin', name, text)
}

function writeTool(place: string, name: string, text: string): void {
  writeFileSync(join(folder.path, place, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

/** As root, who is not here in every place: then the folder is made alone. */
function makeUser(text: string): void {
  if (!isRoot) return void mkdirSync(join(folder.path, 'lib'), { mode: 0o700 })
  removeLeftUsers()
  const name = `vestibule-docs-${process.pid}`
  user = { name, uid: 0, gid: 0 }
  execFileSync('sh', ['-c', here(text)])
  const id = (of: string) => Number(execFileSync('id', [of, name], { encoding: 'utf8' }))
  user = { name, uid: id('-u'), gid: id('-g') }
  const theirs = ['.', 'units', 'origin'].map((one) => join(folder.path, one))
  for (const path of [...theirs.slice(0, 2), home.folder.path]) {
    execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, path])
  }
}

/** Those of runs that were killed. */
function removeLeftUsers(): void {
  for (const [name, pid] of readFileSync('/etc/passwd', 'utf8').matchAll(LEFT_USER)) {
    if (!isRunning(Number(pid))) execFileSync('userdel', [name], { stdio: 'ignore' })
  }
}

/** @returns the shell of the user that the program runs as */
function openShell(): Shell {
  const origin = join(folder.path, 'origin')
  for (const [name, text] of units()) {
    writeFileSync(join(origin, 'deploy/systemd', name), here(text))
  }
  const author = ['-c', 'user.name=docs', '-c', 'user.email=docs@example.com']
  execFileSync(
    'git',
    ['-C', origin, ...author, 'commit', '--quiet', '--all', '--message', 'Paths'],
    {
      env: { ...process.env, HOME: folder.path },
    },
  )
  return startShell(folder.path, environment('bin'), user ?? undefined)
}

/** @param tools where those of the shell are */
const environment = (tools: string) => ({
  PATH: `${join(folder.path, tools)}:${process.env.PATH}`,
  HOME: folder.path,
  // Node keeps one for each user.
  NODE_COMPILE_CACHE: join(folder.path, 'compiled'),
  PDS_ADMIN_PASSWORD: home.adminPassword,
  UNITS: join(folder.path, 'units'),
})

/** Whose shell it is that the pages speak of, where that can be: what root makes is not the program's. */
async function openOperatorsShell(): Promise<Shell> {
  if (!user) return shell as Shell
  const asUser = `exec setpriv --reuid=${user.uid} --regid=${user.gid} --clear-groups`
  mkdirSync(join(folder.path, 'root'), { mode: 0o755 })
  const kept = ['PATH', 'HOME', 'NODE_COMPILE_CACHE'].map((name) => `${name}="$${name}"`)
  writeTool('root', 'sudo', `shift 2\n${asUser} env -i ${kept.join(' ')} "$@"`)
  writeTool('root', 'systemctl', `${asUser} "${join(folder.path, 'bin/systemctl')}" "$@"`)
  const opened = startShell(folder.path, environment('root'), undefined)
  const named = shellBlocks('deploy.md').find(({ text }) => text.startsWith('vestibule() {'))
  await opened.run(here(named?.text.split('\n')[0] ?? ''))
  return opened
}

/** With the lines that it is to be given. */
async function startPdsBehind(within: Shell): Promise<void> {
  const run = `cd ${join(folder.path, 'opt')} && ${process.execPath} cli/main.ts --json pds-settings`
  const lines = JSON.parse(await within.run(run)) as Record<string, string>
  pds = await startPds({ plcUrl: plc.url, home, entryway: entrywayOf(lines) })
}

test('what the pages tell an operator to run runs, in order, as a user that is not root', async () => {
  const pages = ['deploy.md', 'pds.md', 'openid.md', 'backup.md']
  const [first, ...blocks] = pages.flatMap(shellBlocks) as [Block, ...Block[]]
  expect(first.text).toMatch(/^useradd /)
  makeUser(first.text)
  const opened = openShell()
  shell = opened
  // Also when a block fails, and when this process is gone.
  await opened.run("trap 'systemctl stop vestibule' EXIT")
  let said = ''
  for (const { text } of blocks) {
    if (text.includes('systemctl enable --now vestibule\n')) await startPdsBehind(opened)
    said += await opened.run(here(text))
  }
  expect(blocks).toHaveLength(23)
  // The rehearsal, then the import.
  expect(said.match(new RegExp(`accounts imported +│ ${ACCOUNTS} `, 'g'))).toHaveLength(2)
  expect(said).toContain(`${ACCOUNTS} accounts as of`)
  expect(said).toContain('openid_connect_client_secret: ')
  expect(said).toContain('All is in order')
  expect(said).not.toContain('.env not found')
  // Those that the program makes by itself or is told to, and those that the pages name.
  const backups = readdirSync(join(folder.path, 'backups'))
  expect(backups.filter((name) => /T\d{6}Z$/.test(name)).length).toBeGreaterThan(1)
  expect(backups.filter((name) => /^(before|2026)-[\w-]+(?<!Z)$/.test(name))).toHaveLength(3)
}, 300_000)

test('an account whose folder is gone is put back as the page tells it', async () => {
  const of = join(folder.path, 'backups/2026-11-21')
  const files = readdirSync(join(of, 'accounts'), { recursive: true, encoding: 'utf8' })
  const file = join('accounts', files.find((name) => name.endsWith('.sqlite')) as string)
  const did = basename(file, '.sqlite').replaceAll('_', ':')
  rmSync(join(folder.path, 'lib', dirname(file)), { recursive: true })
  const blocks = otherBlocks('backup.md').slice(-2)
  expect(blocks[0]?.text).toMatch(/^file=/)
  const opened = await openOperatorsShell()
  let said = ''
  for (const { text } of blocks) {
    const filled = text.replace(/^file=.*/, `file=${file}`).replaceAll('did:plc:…', did)
    said += await opened.run(here(filled))
  }
  if (opened !== shell) await opened.close()
  expect(said).toContain('All is in order')
  expect(said).toMatch(/is signed out everywhere\s*$/)
}, 300_000)

test.runIf(hasSystemd)('systemd takes the units', () => {
  const places = [...units()].map(([name, text]) => {
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
})
