import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { Client } from '@did-plc/lib'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportReport } from '../../cli/import_pds/import_pds.ts'
import type { ReleaseReport } from '../../cli/release/release.ts'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { postAndReadBack } from '../../lab/clients/xrpc.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import { makePdsHome, type Pds, type PdsHome, startPds } from '../../lab/world/servers/pds.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { cliJson, runCli } from '../../lab/world/vestibule/cli.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { runProgram } from '../../lab/world/vestibule/program.ts'
import {
  makeVestibuleIdentity,
  startVestibule,
  type Vestibule,
} from '../../lab/world/vestibule/vestibule.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { type Inhabitant, populate } from './populate.ts'
import { snapshot } from './snapshot.ts'

/** The long version makes 200: `IMPORT_ACCOUNTS=200`. */
const ACCOUNTS = Number(process.env.IMPORT_ACCOUNTS ?? 20)

/** More uses of a code than go into one request, and more app passwords. */
const MANY = 1_500
const MANY_APP_PASSWORDS = 400

const TIMEOUT = 120_000 + ACCOUNTS * 3_000

let plc: Peer
let home: PdsHome
let pds: Pds
let vestibule: Vestibule
let people: Inhabitant[]
/** A copy of what the PDS had, as an operator would take it. */
let copy: string

beforeAll(async () => {
  plc = await startPlc()
  home = await makePdsHome()
  pds = await startPds({ plcUrl: plc.url, home, inviteRequired: true })
  people = await populate(pds, ACCOUNTS)
  await pds.close()
  addManyUses(join(home.folder.path, 'account.sqlite'))
  addManyAppPasswords(join(home.folder.path, 'account.sqlite'), people[6]?.did as string)
  copy = join(home.folder.path, 'copy')
  mkdirSync(copy)
  cpSync(join(home.folder.path, 'account.sqlite'), join(copy, 'account.sqlite'))

  const identity = await makeVestibuleIdentity()
  vestibule = await startVestibule({ identity, plcUrl: plc.url, pds })
  pds = await startPds({
    plcUrl: plc.url,
    home,
    entryway: identity,
  })
}, TIMEOUT)
afterAll(async () => {
  await vestibule?.close()
  await pds?.close()
  await plc?.close()
  await home?.folder.remove()
})

/** Adds a code with which a whole community signed up, and left again. */
function addManyUses(path: string): void {
  const db = new Sqlite(path)
  const at = '2024-01-01T00:00:00.000Z'
  db.prepare(
    `INSERT INTO invite_code (code, availableUses, disabled, forAccount, createdBy, createdAt)
     VALUES ('many', ?, 0, 'admin', 'admin', ?)`,
  ).run(MANY + 1, at)
  const use = db.prepare("INSERT INTO invite_code_use (code, usedBy, usedAt) VALUES ('many', ?, ?)")
  for (let n = 0; n < MANY; n++) use.run(`did:plc:${String(n).padStart(24, 'a')}`, at)
  db.close()
}

function addManyAppPasswords(path: string, did: string): void {
  const db = new Sqlite(path)
  const add = db.prepare(
    `INSERT INTO app_password (did, name, passwordScrypt, privileged, createdAt)
     VALUES (?, ?, ?, 0, '2024-01-01T00:00:00.000Z')`,
  )
  for (let n = 0; n < MANY_APP_PASSWORDS; n++) {
    const hash = n.toString(16).padStart(128, '0')
    add.run(did, `The app on telephone ${n}`, `${hash.slice(96)}:${hash}`)
  }
  db.close()
}

const importPds = (...options: string[]) =>
  cliJsonHere<ImportReport>(
    {
      ...vestibule.env,
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: home.rotationKeys.privateHex,
    },
    ['import-pds', copy, ...options],
  )
const signIn = async (service: string, identifier: string, password: string) => {
  const agent = new AtpAgent({ service })
  await agent.login({ identifier, password })
  return agent
}

test('a dry run says what it would do and does nothing', async () => {
  const before = snapshot(vestibule.dataDir)
  const report = await importPds('--dry-run')
  expect(report).toMatchObject({
    pds: pds.did,
    imported: ACCOUNTS,
    present: 0,
    refused: [],
    appPasswords: 2 + MANY_APP_PASSWORDS,
    inviteCodes: 2,
    plc: { added: ACCOUNTS, present: 0, missing: [], elsewhere: [], failed: [] },
  })
  expect(report.sessionsLeftBehind).toBeGreaterThanOrEqual(ACCOUNTS)
  expect(snapshot(vestibule.dataDir)).toEqual(before)
  const { rotationKeys } = await new Client(plc.url).getDocumentData(people[0]?.did as string)
  expect(rotationKeys).toEqual([home.rotationKeys.did])
})

test(
  'without the key of the PDS the accounts come, and it says what is missing',
  async () => {
    const { exitCode, stdout } = await runCliHere(vestibule.env, ['import-pds', copy])
    expect(exitCode).toBe(1)
    expect(stdout).toContain(`cannot yet change handles of ${ACCOUNTS} accounts`)
    expect(stdout).toContain('Everybody signs in again')
    expect(await checkData(vestibule.dataDir)).toMatchObject({ accounts: ACCOUNTS, findings: [] })
  },
  TIMEOUT,
)

test(
  'with it, the rotation key of the entryway comes first in PLC; again, nothing changes',
  async () => {
    // The trail over all accounts follows the accounts' own.
    const followed = () => snapshot(vestibule.dataDir)['directory.sqlite event']
    await expect.poll(followed).toHaveLength(ACCOUNTS)
    const before = snapshot(vestibule.dataDir)
    // With the settings of the PDS beside its data, as its installer puts them there.
    const pdsEnv = {
      PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: home.rotationKeys.privateHex,
      PDS_TERMS_OF_SERVICE_URL: 'https://example.com/terms',
    }
    const lines = Object.entries(pdsEnv).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(copy, 'pds.env'), lines.join(''))
    writeFileSync(join(copy, '.env'), '')
    const options = { cwd: copy }
    const { stdout } = await runCliHere(vestibule.env, ['--json', 'import-pds', copy], options)
    const first = JSON.parse(stdout)
    expect(readFileSync(join(copy, '.env'), 'utf8')).toContain(
      'ENTRYWAY_TERMS_OF_SERVICE_URL=https://example.com/terms\n',
    )
    expect(first).toMatchObject({ imported: 0, present: ACCOUNTS, inviteCodes: 0 })
    expect(first.plc).toMatchObject({ added: ACCOUNTS, present: 0 })
    expect(await importPds()).toMatchObject({
      imported: 0,
      present: ACCOUNTS,
      plc: { added: 0, present: ACCOUNTS, missing: [], failed: [] },
    })
    expect(snapshot(vestibule.dataDir)).toEqual(before)

    const plcClient = new Client(plc.url)
    const settings = await cliJsonHere<Record<string, string>>(vestibule.env, ['pds-settings'])
    for (const { did } of people) {
      const { rotationKeys } = await plcClient.getDocumentData(did)
      expect(rotationKeys).toEqual([settings.PDS_ENTRYWAY_PLC_ROTATION_KEY, home.rotationKeys.did])
    }
  },
  TIMEOUT,
)

test(
  'everybody signs in with the password they had, and writes to the PDS',
  async () => {
    const [, , deactivated, takenDown] = people
    for (const person of people) {
      const agent = await signIn(vestibule.url, person.handle, person.password).catch((err) => err)
      if (person === takenDown) {
        expect(agent).toMatchObject({ error: 'AccountTakedown' })
        continue
      }
      expect(agent.session).toMatchObject({ did: person.did, email: person.email })
      if (person === deactivated) {
        expect(agent.session).toMatchObject({ active: false, status: 'deactivated' })
        continue
      }
      const { data } = await agent.com.atproto.repo.createRecord({
        repo: person.did,
        collection: 'app.bsky.feed.post',
        record: { text: 'still here', createdAt: new Date().toISOString() },
      })
      expect(data.uri).toContain(person.did)
    }
    await expect(signIn(vestibule.url, people[0]?.handle as string, 'wrong')).rejects.toThrow()
  },
  TIMEOUT,
)

test('app passwords, confirmed addresses, invite codes and states came along', async () => {
  const [first, second, third, fourth] = people as [Inhabitant, Inhabitant, Inhabitant, Inhabitant]
  const agent = await signIn(pds.url, first.handle, first.appPassword as string)
  const { data } = await agent.com.atproto.server.listAppPasswords()
  expect(data.passwords.map(({ name, privileged }) => [name, privileged]).sort()).toEqual([
    ['plain', false],
    ['privileged', true],
  ])
  const many = await signIn(vestibule.url, people[6]?.handle as string, people[6]?.password ?? '')
  const all = (await many.com.atproto.server.listAppPasswords()).data.passwords
  expect(new Set(all.map(({ name }) => name)).size).toBe(MANY_APP_PASSWORDS)
  const show = (did: string) => cliJsonHere(vestibule.env, ['account', 'show', did])
  expect(await show(second.did)).toMatchObject({ emailConfirmedAt: expect.any(Number) })
  expect(await show(third.did)).toMatchObject({ deactivatedAt: expect.any(Number) })
  expect(await show(fourth.did)).toMatchObject({ takedownRef: 'mod-7' })
  const [code] = await cliJsonHere<{ uses: unknown[] }[]>(vestibule.env, ['invite', 'list'])
  expect(code?.uses).toHaveLength(ACCOUNTS)
  expect(snapshot(vestibule.dataDir)['directory.sqlite invite_use']).toHaveLength(ACCOUNTS + MANY)
})

test('one signs in to an app by OAuth', async () => {
  const person = people[4] as Inhabitant
  const scope = 'atproto transition:generic'
  const redirectUri = 'http://127.0.0.1/callback'
  const app = await discoverApp({
    pdsUrl: pds.url,
    clientId: loopbackClientId(redirectUri, scope),
    redirectUri,
    scope,
  })
  const session = await headlessLogin(app, person)
  expect(session.did).toBe(person.did)
  expect(await postAndReadBack(app, session, 'through OAuth')).toBe('through OAuth')
})

test('accounts of another PDS are noticed; names that are taken are refused', async () => {
  const other = await makePdsHome()
  const stranger = await startPds({ plcUrl: plc.url, home: other })
  const handle = people[0]?.handle as string
  await new AtpAgent({ service: stranger.url }).createAccount({
    handle,
    email: 'stranger@mail.vestibule.internal',
    password: 'another password',
  })
  await stranger.close()
  const theirs = ['import-pds', other.folder.path]
  const noticed = await runCliHere(vestibule.env, theirs)
  expect(noticed).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`do not live on ${pds.url}`),
  })
  const { exitCode, stdout } = await runCliHere(vestibule.env, [...theirs, '--no-plc'])
  await other.folder.remove()
  expect(exitCode).toBe(1)
  expect(stdout).toContain(`Handle already taken: ${handle}`)
  expect(await checkData(vestibule.dataDir)).toMatchObject({ accounts: ACCOUNTS, findings: [] })
})

test('the way back', async () => {
  const [first] = people as [Inhabitant]
  const { password } = await cliJsonHere<{ password: string }>(vestibule.env, [
    ...['account', 'reset-password', first.did, '--keep-app-passwords', '--yes'],
  ])
  const { password: late } = await cliJsonHere<{ password: string }>(vestibule.env, [
    ...['account', 'create', 'late.test', 'late@mail.vestibule.internal'],
  ])
  await pds.close()
  await vestibule.stop()
  expect((await runCli(vestibule.env, ['release'])).stderr).toContain('name its data folder')
  const report = await cliJson<ReleaseReport>(vestibule.env, ['release', home.folder.path])
  expect(report).toMatchObject({ accounts: ACCOUNTS + 1, made: [expect.any(String)], unknown: [] })
  const refused = runProgram('start.ts', vestibule.env)
  expect(await refused.ended()).toBe(1)
  expect(refused.logs).toMatch(/RELEASED: .* signs its people in by itself/)
  pds = await startPds({ plcUrl: plc.url, home })
  for (const [identifier, secret] of [
    [first.handle, password],
    ['late.test', late],
    [first.handle, first.appPassword as string],
    [people[5]?.handle as string, people[5]?.password as string],
  ] as const) {
    const agent = await signIn(pds.url, identifier, secret)
    expect(agent.session?.handle).toBe(identifier)
  }
  await expect(signIn(pds.url, first.handle, first.password)).rejects.toThrow()
})

test('what is no PDS is told apart', async () => {
  const { exitCode, stderr } = await runCliHere(vestibule.env, ['import-pds', vestibule.dataDir])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('account.sqlite')
})
