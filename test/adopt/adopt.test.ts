import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { AdoptReport } from '../../cli/adopt/adopt.ts'
import type { ReleaseReport } from '../../cli/release/release.ts'
import type { Peer } from '../../lab/world/loopback.ts'
import {
  envOf,
  makePdsHome,
  type Pds,
  type PdsHome,
  startPds,
} from '../../lab/world/servers/pds.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { cliJson, runCli } from '../../lab/world/vestibule/cli.ts'
import { cliJsonHere } from '../../lab/world/vestibule/cli_here.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'
import { checkData } from '../../maintenance/check/data.ts'
import { setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { type Inhabitant, populate } from '../import/populate.ts'

const ACCOUNTS = 6

let plc: Peer
let home: PdsHome
let pds: Pds | null
/** Where an operator has the program: `.env` and the data are made here. */
let folder: TemporaryFolder
let program: Run | null = null
let people: Inhabitant[]
/** Of a session that was there before the adoption. */
let oldRefreshJwt: string
let blob: { did: string; cid: string }
const env = childEnvironment({}, {})

const cli = (...args: string[]) => runCli(env, args, { cwd: folder.path })
const json = <T>(...args: string[]) => cliJson<T>(env, args, folder.path)
/** For what only asks the running program: a process of its own takes a second of CPU to start. */
const ask = <T>(...args: string[]) => cliJsonHere<T>(env, args, folder.path)
const start = async () => {
  program = runProgram('start.ts', {}, { cwd: folder.path })
  await untilStatus(`http://localhost:${home.port}/_health`, 200)
}
const stop = async () => {
  await program?.end('SIGTERM')
  program = null
}
const signIn = async (identifier: string, password: string) => {
  const agent = new AtpAgent({ service: `http://localhost:${home.port}` })
  await agent.login({ identifier, password })
  return agent
}
const post = (agent: AtpAgent, text: string) => agent.post({ text })
const person = (i: number) => people[i] as Inhabitant
const refreshOld = () =>
  fetch(`http://localhost:${home.port}/xrpc/com.atproto.server.refreshSession`, {
    method: 'POST',
    headers: { authorization: `Bearer ${oldRefreshJwt}` },
  })
const readBlob = async () => {
  const agent = new AtpAgent({ service: `http://localhost:${home.port}` })
  return Buffer.from((await agent.com.atproto.sync.getBlob(blob)).data).toString()
}
/**
 * Every file, with what changes when it does. What SQLite keeps beside a database is left out: the PDS
 * of this process folds it in when its connections are collected.
 */
const look = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/-(shm|wal)$/.test(name))
    .sort()
    .map((name) => {
      const { size, mtimeMs, ino } = statSync(join(path, name))
      return /^(sequencer|did_cache)\.|^\.$/.test(name) ? [name] : [name, size, mtimeMs, ino]
    })

beforeAll(async () => {
  plc = await startPlc()
  home = await makePdsHome()
  folder = await makeTemporaryFolder('adopt')
  pds = await startPds({ plcUrl: plc.url, home, inviteRequired: true })
  people = await populate(pds, ACCOUNTS)
  const agent = await signIn(person(4).handle, person(4).password)
  oldRefreshJwt = agent.session?.refreshJwt as string
  const { data } = await agent.uploadBlob(Buffer.from('a picture'), { encoding: 'image/png' })
  await agent.post({
    text: 'before',
    embed: { $type: 'app.bsky.embed.images', images: [{ image: data.blob, alt: '' }] },
  })
  blob = { did: person(4).did, cid: data.blob.ref.toString() }
  const settings = envOf({ plcUrl: plc.url, home, inviteRequired: true })
  writeFileSync(
    join(home.folder.path, 'pds.env'),
    Object.entries({ ...settings, PDS_SUPPORT_URL: 'https://example.com/help' })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
})
afterAll(async () => {
  await program?.end('SIGTERM')
  await pds?.close()
  await plc?.close()
  await folder?.remove()
  await home?.folder.remove()
})

test('a rehearsal beside the running PDS says everything and changes nothing', async () => {
  const before = look(home.folder.path)
  const report = await json<AdoptReport>('adopt', home.folder.path, '--dry-run')
  expect(report).toMatchObject({
    publicUrl: `http://localhost:${home.port}`,
    pdsData: home.folder.path,
    accounts: {
      imported: ACCOUNTS,
      refused: [],
      appPasswords: 2,
      inviteCodes: 1,
      carried: { 'sessions by password': expect.any(Number) },
      plc: { added: 0, present: ACCOUNTS, missing: [], failed: [] },
    },
  })
  expect(report.settings.taken).toContainEqual({
    from: 'PDS_SUPPORT_URL',
    to: 'ENTRYWAY_SUPPORT_URL',
  })
  expect(look(home.folder.path)).toEqual(before)
  expect(readdirSync(folder.path)).toEqual([])
})

test('while the PDS runs it is refused, and nothing is left', async () => {
  expect(await cli('adopt', home.folder.path)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^A PDS works on .*account\.sqlite: stop it/),
  })
  expect(existsSync(join(folder.path, '.env'))).toBe(false)
  await signIn(person(0).handle, person(0).password)
})

test('what an interruption left behind is of no account', async () => {
  await pds?.close()
  pds = null
  cpSync(home.folder.path, join(folder.path, 'data', '.adopting'), { recursive: true })
  const { stdout, stderr, exitCode } = await cli('adopt', home.folder.path)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain(`accounts taken over`)
  expect(stdout).not.toContain(home.adminPassword)
  expect(stdout).not.toContain(home.rotationKeys.privateHex)
  expect(statSync(join(folder.path, '.env')).mode & 0o777).toBe(0o600)
  expect(existsSync(join(folder.path, 'data', '.adopting'))).toBe(false)
  expect(await checkData(join(folder.path, 'data'), { patience: 0 })).toMatchObject({
    accounts: ACCOUNTS,
    findings: [],
  })
})

test('again, nothing changes', async () => {
  const before = [look(folder.path), look(home.folder.path)]
  const { stdout, exitCode } = await cli('adopt', home.folder.path)
  expect({ stdout, exitCode }).toEqual({
    stdout: `http://localhost:${home.port} is adopted already; nothing was done.\n`,
    exitCode: 0,
  })
  expect([look(folder.path), look(home.folder.path)]).toEqual(before)
})

test('again, once its data were moved, it says so', async () => {
  const data = join(folder.path, 'data')
  setMoveOf(data, { state: 'moved', id: 'a', place: 'the engine at e.test' })
  onTestFinished(() => setMoveOf(data, null))
  const { stdout, stderr, exitCode } = await cli('adopt', home.folder.path)
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
  expect(stderr).toMatch(/is adopted already\. The data here were moved to the engine at e\.test/)
})

test('under the same name everybody signs in, writes, and finds what they had', async () => {
  await start()
  for (const one of [person(0), person(1), person(4), person(5)]) {
    const agent = await signIn(one.handle, one.password)
    expect(agent.session).toMatchObject({ did: one.did, email: one.email })
    await post(agent, 'adopted')
  }
  expect((await refreshOld()).status).toBe(200)
  await signIn(person(0).handle, person(0).appPassword as string)
  expect((await signIn(person(2).handle, person(2).password)).session).toMatchObject({
    active: false,
    status: 'deactivated',
  })
  await expect(signIn(person(3).handle, person(3).password)).rejects.toMatchObject({
    error: 'AccountTakedown',
  })
  expect(await readBlob()).toBe('a picture')
  const codes = await ask<{ uses: unknown[] }[]>('invite', 'list')
  expect(codes[0]?.uses).toHaveLength(ACCOUNTS)
})

test('without a release the PDS inside keeps its data from being adopted a second time', async () => {
  const other = await makeTemporaryFolder('adopt-other')
  const adopt = (...options: string[]) =>
    runCli(env, ['adopt', home.folder.path, ...options], { cwd: other.path })
  expect(await adopt()).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^The accounts of this PDS are in .*: --again\n$/),
  })
  const { exitCode, stderr } = await adopt('--again')
  await other.remove()
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('A PDS works on'),
  })
})

test('the way back: the stock PDS alone knows what was changed and made since', async () => {
  const { password } = await ask<{ password: string }>(
    ...['account', 'reset-password', person(0).did, '--keep-app-passwords', '--yes'],
  )
  const { password: late } = await ask<{ password: string }>(
    ...(['account', 'create', 'late.test', 'late@mail.vestibule.internal'] as const),
  )
  await post(await signIn('late.test', late), 'made since')
  await ask('account', 'takedown', person(5).did, '--yes')
  await ask('account', 'set-email', person(1).did, 'moved@mail.vestibule.internal')
  await ask('invite', 'create', '--count', '2')
  expect(await cli('release')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('A program runs on'),
  })
  await stop()

  const before = look(home.folder.path)
  const planned = await json<ReleaseReport>('release', '--dry-run')
  expect(look(home.folder.path)).toEqual(before)
  const report = await json<ReleaseReport>('release')
  expect(report).toEqual(planned)
  expect(report).toMatchObject({
    accounts: ACCOUNTS + 1,
    made: [expect.any(String)],
    unknown: [],
    inviteCodes: 2,
  })
  expect(await json<ReleaseReport>('release')).toMatchObject({ made: [], inviteCodes: 0 })
  const settings = readFileSync(report.file, 'utf8')
  expect(settings).toContain(home.rotationKeys.privateHex)
  expect(settings).not.toContain('ENTRYWAY')
  program = runProgram('start.ts', {}, { cwd: folder.path })
  expect(await program.ended()).toBe(1)
  expect(program.logs).toMatch(/RELEASED: .* signs its people in by itself since/)
  program = null

  pds = await startPds({ plcUrl: plc.url, home, inviteRequired: true })
  await expect(signIn(person(0).handle, person(0).password)).rejects.toThrow()
  for (const [identifier, secret] of [
    [person(0).handle, password],
    [person(0).handle, person(0).appPassword as string],
    ['late.test', late],
    ['moved@mail.vestibule.internal', person(1).password],
    [person(4).handle, person(4).password],
  ] as const) {
    await post(await signIn(identifier, secret), 'back')
  }
  await expect(signIn(person(5).handle, person(5).password)).rejects.toMatchObject({
    error: 'AccountTakedown',
  })
  expect(await readBlob()).toBe('a picture')
  expect((await refreshOld()).status).toBe(400)
})
