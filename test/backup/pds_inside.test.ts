import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { freePort, type Peer } from '../../lab/world/loopback.ts'
import { startPlc } from '../../lab/world/servers/plc.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { until } from '../../lab/world/until.ts'
import { childEnvironment } from '../../lab/world/vestibule/child.ts'
import { cliJsonHere, runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { type Run, runProgram } from '../../lab/world/vestibule/program.ts'
import type { Manifest } from '../../maintenance/backup/manifest.ts'
import type { Pds } from '../../pds/pds.ts'

const person = newCredentials('disk')
const PICTURE = 'a picture'

let plc: Peer
let folder: TemporaryFolder
let program: Run | null = null
let url: string
let data: string
let settings: Record<string, string>

const cli = (...args: string[]) =>
  runCliHere(childEnvironment({}, settings), args, { cwd: folder.path })
const start = async () => {
  program = runProgram('start.ts', settings)
  const isUp = async () => program?.hasEnded || (await fetch(`${url}/_health`)).ok
  await until(isUp, 'The program is not up')
  if (program.hasEnded) throw new Error(program.logs)
}
const stop = async () => {
  await program?.end('SIGTERM')
  program = null
}
const signIn = async () => {
  const agent = new AtpAgent({ service: url })
  await agent.login({ identifier: person.handle, password: person.password })
  return agent
}

/** As docs/backup.md says it. */
async function deleteOnPds(did: string): Promise<void> {
  const listed = ['pds', 'list']
  const [inside] = await cliJsonHere<Pds[]>(childEnvironment({}, settings), listed)
  const password = readFileSync(join(data, 'secrets/admin_password'), 'utf8').trim()
  const headers = { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` }
  const { admin } = new AtpAgent({ service: inside?.address ?? '' }).com.atproto
  await admin.deleteAccount({ did }, { headers, encoding: 'application/json' })
}

/** A post with a picture. @returns what reads both again */
async function post(agent: AtpAgent, text: string) {
  const { data: uploaded } = await agent.uploadBlob(Buffer.from(PICTURE), { encoding: 'image/png' })
  const images = [{ image: uploaded.blob, alt: '' }]
  const { uri } = await agent.post({ text, embed: { $type: 'app.bsky.embed.images', images } })
  const [did, cid] = [agent.assertDid, uploaded.blob.ref.toString()]
  const rkey = uri.split('/').at(-1) as string
  return async () => {
    const reader = new AtpAgent({ service: url })
    const { value } = await reader.app.bsky.feed.post.get({ repo: did, rkey })
    const blob = await reader.com.atproto.sync.getBlob({ did, cid })
    return [value.text, Buffer.from(blob.data).toString()]
  }
}

beforeAll(async () => {
  plc = await startPlc()
  folder = await makeTemporaryFolder('disk')
  data = join(folder.path, 'data')
  const port = String(await freePort())
  url = `http://localhost:${port}`
  settings = {
    ...{ ENTRYWAY_DEV: '1', ENTRYWAY_PUBLIC_URL: url, ENTRYWAY_PORT: port },
    ...{ ENTRYWAY_PLC_URL: plc.url, ENTRYWAY_DATA_DIR: data, ENTRYWAY_INVITE_REQUIRED: 'false' },
  }
  await start()
  await new AtpAgent({ service: url }).createAccount(person)
})
afterAll(async () => {
  await program?.end('SIGTERM')
  await plc?.close()
  await folder?.remove()
})

test.each([
  ['beside the other data', {}],
  ['in places of its own', { PDS_DATA_DIRECTORY: 'pds', PDS_BLOBSTORE_DISK_LOCATION: 'blobs' }],
])('after the disk has died all is there again by one command: %s', async (name, places) => {
  const elsewhere = Object.entries(places).map(([key, path]) => [key, join(folder.path, path)])
  if (elsewhere.length > 0) {
    await stop()
    renameSync(join(data, 'pds/blobs'), join(folder.path, 'blobs'))
    renameSync(join(data, 'pds'), join(folder.path, 'pds'))
    Object.assign(settings, Object.fromEntries(elsewhere))
    await start()
  }
  const read = await post(await signIn(), name)
  const backup = join(folder.path, `backup ${name}`)
  const manifest = await cliJsonHere<Manifest>(childEnvironment({}, settings), [
    ...['backup', backup, '--with-secrets'],
  ])
  expect(manifest.pds).toMatchObject({ blobs: { count: expect.any(Number) } })
  expect(manifest.pds?.files.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      'pds/account.sqlite',
      'pds/sequencer.sqlite',
      expect.stringMatching(/^pds\/actors\/.*\/store\.sqlite$/),
      expect.stringMatching(/^pds\/actors\/.*\/key$/),
    ]),
  )
  await program?.end('SIGKILL')
  program = null
  for (const lost of ['data', 'pds', 'blobs']) {
    rmSync(join(folder.path, lost), { recursive: true, force: true })
  }

  expect(await cli('restore', backup)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('What the PDS inside kept is there again'),
  })
  await start()
  expect(await read()).toEqual([name, PICTURE])
  const readAfter = await post(await signIn(), 'after')
  expect(await readAfter()).toEqual(['after', PICTURE])
})

test('what the PDS inside keeps stays where it is there, and a part of it is in the way', async () => {
  const backup = join(folder.path, 'backup')
  const read = await post(await signIn(), 'before')
  expect(await cli('backup', backup, '--with-secrets')).toMatchObject({ exitCode: 0 })
  const later = await post(await signIn(), 'later')
  const newer = newCredentials('newer')
  const signUp = () => new AtpAgent({ service: url }).createAccount(newer)
  const { did } = (await signUp()).data
  await stop()
  rmSync(data, { recursive: true })
  expect(await cli('restore', backup)).toMatchObject({
    stdout: expect.stringContaining('stays as it is: it is newer than the backup'),
  })
  await start()
  expect([await read(), await later()]).toEqual([
    ['before', PICTURE],
    ['later', PICTURE],
  ])
  await expect(signUp()).rejects.toMatchObject({
    status: 400,
    message: `Handle already taken on the PDS: ${newer.handle}`,
  })
  expect(program?.logs).toContain(`"holder":"${did}"`)
  await deleteOnPds(did)
  await signUp()
  await stop()
  rmSync(data, { recursive: true })
  rmSync(join(folder.path, 'pds/account.sqlite'))
  const sequencer = join(folder.path, 'pds/sequencer.sqlite')
  expect(await cli('restore', backup)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`${sequencer} is a part of what a PDS keeps`),
  })
  expect(existsSync(join(data, 'directory.sqlite'))).toBe(false)
  expect(readdirSync(folder.path)).not.toContain('pds.restoring')
  mkdirSync(join(folder.path, 'away'))
  for (const name of ['pds', 'blobs']) {
    renameSync(join(folder.path, name), join(folder.path, 'away', name))
  }
  expect(await cli('restore', backup)).toMatchObject({ exitCode: 0 })
  await start()
  expect(await read()).toEqual(['before', PICTURE])
})
