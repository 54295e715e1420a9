import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../../base/lifetimes.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUpTo } from '../../maintenance/backup/kept_backups.ts'
import { backupStanding } from '../../maintenance/backup/standing.ts'
import type { Check } from '../../operator/doctor/check.ts'
import { command, enterByLink, PAGE, startOperatorApp } from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'
import { Visitor } from '../shared/people/visitor.ts'

let app: AppInProcess
let visitor: Visitor
let folder: TemporaryFolder
let to: string
beforeAll(async () => {
  folder = await makeTemporaryFolder('overview')
  to = join(folder.path, 'backups')
  app = await startOperatorApp({ ENTRYWAY_BACKUP_DIR: to })
  visitor = await enterByLink(app)
})
afterAll(async () => {
  await app?.close()
  await folder?.remove()
})

const overview = async () => (await command(app, 'overview')).body
const shown = async (name: string) =>
  new RegExp(`<dt>${name}</dt><dd>([^<]*)<`).exec((await visitor.open(PAGE)).text)?.[1]

test('the age of the last good backup is there, and an old one is an alarm', async () => {
  const none = { here: { place: to, count: 0, lastAt: null }, s3: null, failure: null }
  expect((await overview()).backups).toEqual(none)
  expect(await shown('Last good backup')).toBe('none yet')
  const { dataDir } = app.runner.settings
  const { name } = await backUpTo({ dataDir, to, keep: 1 })
  // One that was not finished counts for nothing.
  mkdirSync(join(to, '2999-01-01T000000Z'))
  expect(Math.abs((await overview()).backups.here.lastAt - Date.now())).toBeLessThan(DAY)
  expect(await shown('Last good backup')).toMatch(/^\d hours? old, of 1$/)
  expect((await visitor.open(PAGE)).text).not.toContain('The last good backup is')
  const long = new Date(Date.now() - 3.5 * DAY).toISOString().replace(/:|\.\d+/g, '')
  renameSync(join(to, name), join(to, long))
  expect(await shown('Last good backup')).toBe('3 days old, of 1')
  expect((await overview()).missing).toContain(
    'The last good backup is 3 days old: see what `vestibule backup` says.',
  )
  expect((await visitor.open(PAGE)).text).toContain('The last good backup is 3 days old')
})

test('sign-ins, mails and what failed of them are counted by day', async () => {
  const { handle, password, did } = await newPerson(app)
  const { today: before } = await overview()
  const signIn = async (word: string) => {
    const somebody = new Visitor(app)
    const page = await somebody.open('/account/sign-in')
    await somebody.send(page, { username: handle, password: word })
  }
  await signIn('a wrong password')
  await signIn('another wrong one')
  await signIn(password)
  const { log } = app.runner
  logEvent(log, 'mail_failed', { did, kind: 'signInCode', reason: 'ECONNREFUSED' }, undefined)
  const { signIns, mails } = before
  const now = { succeeded: signIns.succeeded + 1, failed: signIns.failed + 2 }
  await expect
    .poll(async () => (await overview()).today)
    .toEqual({
      signIns: now,
      // That of a sign-in from a new device, and this one.
      mails: { sent: expect.any(Number), failed: mails.failed + 1 },
    })
  expect(await shown('Sign-ins today')).toBe(`${now.succeeded}, and ${now.failed} that failed`)
})

test('a backup that failed, and how the S3 store stands, are there', async () => {
  const { settings } = app.runner
  const s3 = { endpoint: 'https://s3.test', bucket: 'kept' } as typeof settings.backup.s3
  const before = settings.backup.s3
  try {
    Object.assign(settings.backup, { s3 })
    expect(await shown('Last one in S3')).toBe('the store has not answered')
    backupStanding.store = { count: 3, lastAt: Date.now() - 2 * DAY }
    backupStanding.failure = { at: Date.now(), reason: 'no room is left' }
    expect(await shown('Last one in S3')).toBe('2 days old, of 3')
    expect((await overview()).backups.s3).toMatchObject({ place: 'https://s3.test/kept', count: 3 })
    expect((await visitor.open(PAGE)).text).toMatch(/last try of a backup.*no room is left/)
  } finally {
    Object.assign(backupStanding, { store: null, failure: null })
    Object.assign(settings.backup, { s3: before })
  }
})

test('it has what doctor finds, and how each PDS stands', async () => {
  const isThere = async () => (await overview()).doctor !== null
  await expect.poll(isThere).toBe(true)
  const { did } = await newPerson(app)
  const pdsDid = (await app.actors.directory.find(did))?.pdsDid
  const another = {
    did: 'did:web:new.test',
    url: 'https://new.test',
    address: 'http://127.0.0.1:9',
  }
  await command(app, 'doctor')
  await app.actors.directory.addPds({ ...another, adminPassword: 'any' })
  const { pdses, doctor } = await overview()
  // That of the accounts cannot be reached.
  expect(pdses).toMatchObject([
    { did: pdsDid, standing: 'does not answer' },
    { did: another.did, standing: 'not looked at yet' },
  ])
  const wrong = doctor.wrong.map(({ name }: Check) => name)
  const isAbout = (name: string) => name.includes('127.0.0.1:9')
  // One line says why, and no other repeats it.
  expect(wrong.filter(isAbout)).toEqual(['PDS 127.0.0.1:9: whether it answers'])
  expect(wrong).toContain('Mail')
  const page = await visitor.open(PAGE)
  expect(page.text).toMatch(/(ECONNREFUSED|bad port).*; nothing else of it was looked at/)
  expect(page.text).not.toContain('PDS_ADMIN_PASSWORD')
})
