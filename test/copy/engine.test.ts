import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { upsertClient } from '../../database/flow/client.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { databasePath } from '../../database/paths.ts'
import {
  type Credentials,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { openClient, refresh, send } from '../../lab/clients/lean_client.ts'
import { signIn } from '../../lab/clients/lean_sign_in.ts'
import { patientSignUp } from '../../lab/clients/patient_sign_up.ts'
import { Person } from '../../lab/clients/person.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { type Engine, startEngine } from '../../lab/world/servers/engine.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { untilStatus } from '../../lab/world/until.ts'
import { cliJson, runCli } from '../../lab/world/vestibule/cli.ts'
import { runProgram } from '../../lab/world/vestibule/program.ts'

const ACCOUNTS = 6
/** Milliseconds between two refreshes of one person: each round of a copy has what was refreshed meanwhile. */
const PAUSE = 1_000

let network: Network
let engine: Engine
let folder: TemporaryFolder
beforeAll(async () => {
  network = await startNetwork()
  engine = await startEngine()
  folder = await makeTemporaryFolder('moved')
})
afterAll(async () => {
  await network?.close()
  await engine?.close()
  await folder?.remove()
})

test('sessions go on, and what is spent stays spent, on an engine, back on files, and from a backup', async () => {
  const { vestibule } = network
  const client = await openClient(network.url, 1)
  const people: { credentials: Credentials; token: string }[] = []
  for (let i = 0; i < ACCOUNTS; i++) {
    const credentials = newCredentials('moved')
    await headlessSignUp(network.url, credentials)
    people.push({ credentials, token: (await signIn(client, credentials)).refreshToken })
  }
  const { credentials } = people[0] as { credentials: Credentials }
  const revoked = (await signIn(client, credentials)).refreshToken
  await send(client, '/oauth/revoke', { token: revoked })
  const refreshAll = async (those = people) => {
    for (const person of those) {
      const before = person.token
      person.token = await refresh(client, before)
      expect(person.token).not.toBe(before)
    }
    await expect(refresh(client, revoked)).rejects.toThrow('invalid_grant')
  }
  await refreshAll()

  const onEngine = {
    ...vestibule.env,
    RIVET_ENDPOINT: engine.url,
    ENTRYWAY_DATABASE: 'engine',
    ENTRYWAY_AUTH_ACTORS: '2',
    ENTRYWAY_DIRECTORIES: '2',
  }
  await vestibule.stop()
  // More than one message of an actor holds.
  const flow = openDatabase(databasePath.auth(vestibule, '0'), flowSchema)
  upsertClient(flow, 'https://large.test', JSON.stringify('x'.repeat(2_000_000)))
  closeDatabase(flow)
  await mkdir(join(vestibule.dataDir, 'pds'))
  await vestibule.start()
  const busy = await Promise.all(
    people.slice(0, 3).map((person) => Person.signIn(network.url, person.credentials)),
  )
  const stop = new AbortController()
  const loads = busy.map((person) => person.refreshUntil(stop.signal, PAUSE))
  const there = await runCli(onEngine, ['data', 'copy', vestibule.dataDir, 'engine'])
  expect(there.stderr).toContain(`is not copied: it stays in ${join(vestibule.dataDir, 'pds')},`)
  // What is there already is a part whose share did not change when the whole did.
  const [accounts, copied = 0] = there.stdout.match(/\d+/g)?.map(Number) ?? []
  expect(accounts).toBe(ACCOUNTS)
  expect(copied).toBeGreaterThanOrEqual(ACCOUNTS + 4)
  expect(there.stdout).toMatch(/time in which nothing served\D+\d+ ms/)
  await vestibule.ended()
  const again = runProgram('start.ts', vestibule.env)
  expect([await again.ended(), again.logs]).toEqual([78, expect.stringContaining('were moved to')])

  const programs = ['start_runner.ts', 'start_gateway.ts'].map((file, i) =>
    runProgram(file, { ...onEngine, ENTRYWAY_DATA_DIR: join(folder.path, String(i)) }),
  )
  await untilStatus(`${network.url}/_health`, 200)
  stop.abort()
  await Promise.all(loads)
  for (const person of busy) {
    expect([await person.refresh(), person.wrongs]).toEqual([true, []])
  }
  await refreshAll()
  const abandon = ['data', 'copy', vestibule.dataDir, 'engine', '--abandon', '--yes']
  for (const word of [[], ['--target-lost']]) {
    expect(await runCli(onEngine, [...abandon, ...word])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('stop the runners'),
    })
  }
  await refreshAll()

  const backup = join(folder.path, 'backup')
  const [made, checked] = await Promise.all([
    cliJson(onEngine, ['backup', backup]),
    cliJson(onEngine, ['doctor', '--data']),
    patientSignUp(network.url, 'meanwhile'),
  ])
  expect(made).toMatchObject({ secrets: [], pds: null })
  expect(checked).toMatchObject({ findings: [] })
  const rebuilding = await runCli(onEngine, ['directory', 'rebuild'])
  expect(rebuilding).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('on the engine'),
  })
  const onFiles = { ...onEngine, ENTRYWAY_AUTH_ACTORS: '1', ENTRYWAY_DIRECTORIES: '1' }
  const stopAgain = new AbortController()
  const loadsAgain = busy.map((person) => person.refreshUntil(stopAgain.signal, PAUSE))
  const copyBack = async (to: string) => {
    const served = await runCli(onFiles, ['data', 'copy', 'engine', to])
    expect(served).toMatchObject({ exitCode: 0 })
    expect(served.stdout).toMatch(/time in which nothing served\D+\d+ ms/)
    expect(served.stdout).toMatch(new RegExp(`accounts\\D+${ACCOUNTS + 1}\\D`))
    await untilStatus(`${network.url}/_health`, 503)
    const health = (await (await fetch(`${network.url}/_health`)).json()) as object
    expect(health).toMatchObject({ move: 'moved' })
    expect((await runCli(onEngine, ['doctor'])).stdout).toContain('were moved')
  }
  const taken = join(folder.path, 'taken')
  await copyBack(taken)
  const takeBack = await runCli(onFiles, ['data', 'copy', 'engine', taken, '--abandon', '--yes'])
  expect(takeBack).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('serve again') })
  await untilStatus(`${network.url}/_health`, 200)
  // The others as they are in the backup.
  await refreshAll(people.slice(0, 2))
  const back = join(folder.path, 'back')
  await copyBack(back)
  for (const program of programs) expect(await program.end('SIGTERM')).toBe(0)
  const late = runProgram('start.ts', { ...onEngine, ENTRYWAY_DATA_DIR: join(folder.path, 'late') })
  expect([await late.ended(), late.logs]).toEqual([78, expect.stringContaining('were moved to')])
  const restored = { ...onEngine, ENTRYWAY_DATA_DIR: join(folder.path, 'restored') }
  expect(await cliJson(restored, ['restore', backup])).toMatchObject({ findings: [] })

  expect(await cliJson(onFiles, ['doctor', '--data', back])).toMatchObject({ findings: [] })
  await rm(vestibule.dataDir, { recursive: true })
  vestibule.env.ENTRYWAY_DATA_DIR = back
  await vestibule.start()
  stopAgain.abort()
  await Promise.all(loadsAgain)
  for (const person of busy) {
    expect([await person.refresh(), person.wrongs]).toEqual([true, []])
  }
  await refreshAll(people.slice(0, 2))

  await vestibule.stop()
  for (const name of ['DATA_DIR', 'AUTH_ACTORS', 'DIRECTORIES'] as const) {
    vestibule.env[`ENTRYWAY_${name}`] = restored[`ENTRYWAY_${name}`]
  }
  await vestibule.start()
  await refreshAll(people.slice(2))
})
