import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY } from '../../base/lifetimes.ts'
import type { AppInProcess } from '../../lab/world/app.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUpTo } from '../../maintenance/kept_backups.ts'
import { newPerson } from '../factors/person.ts'
import { Visitor } from '../sign_in/visitor.ts'
import { command, PAGE, startOperatorApp } from './operators.ts'

let app: AppInProcess
let visitor: Visitor
let folder: TemporaryFolder
let to: string
beforeAll(async () => {
  folder = await makeTemporaryFolder('overview')
  to = join(folder.path, 'backups')
  app = await startOperatorApp({ ENTRYWAY_BACKUP_DIR: to })
  visitor = new Visitor(app)
  const { url } = (await command(app, 'operator/link')).body
  await visitor.send(await visitor.open(String(url).slice(app.runner.settings.publicUrl.length)))
})
afterAll(async () => {
  await app?.close()
  await folder?.remove()
})

const overview = async () => (await command(app, 'overview')).body
const shown = async (name: string) =>
  new RegExp(`<dt>${name}</dt><dd>([^<]*)<`).exec((await visitor.open(PAGE)).text)?.[1]

test('the age of the last good backup is there, and an old one is an alarm', async () => {
  expect((await overview()).backups).toEqual({ dir: to, lastAt: null })
  expect(await shown('Last good backup')).toBe('none yet')
  const { dataDir } = app.runner.settings
  const { name } = await backUpTo({ dataDir, to, keep: 1 })
  // One that was not finished counts for nothing.
  mkdirSync(join(to, '2999-01-01T000000Z'))
  expect(Math.abs((await overview()).backups.lastAt - Date.now())).toBeLessThan(DAY)
  expect(await shown('Last good backup')).toMatch(/^\d hours? old$/)
  expect((await visitor.open(PAGE)).text).not.toContain('The last good backup is')
  const long = new Date(Date.now() - 3.5 * DAY).toISOString().replace(/:|\.\d+/g, '')
  renameSync(join(to, name), join(to, long))
  expect(await shown('Last good backup')).toBe('3 days old')
  expect((await overview()).missing).toContain(
    'The last good backup is 3 days old: see what `vestibule backup` says.',
  )
  expect((await visitor.open(PAGE)).text).toContain('The last good backup is 3 days old')
})

test('sign-ins, and those that failed, are counted since the start', async () => {
  const { handle, password } = await newPerson(app)
  const before = (await overview()).signIns
  const signIn = async (word: string) => {
    const somebody = new Visitor(app)
    const page = await somebody.open('/account/sign-in')
    await somebody.send(page, { username: handle, password: word })
  }
  await signIn('a wrong password')
  await signIn('another wrong one')
  await signIn(password)
  const now = { succeeded: before.succeeded + 1, failed: before.failed + 2 }
  expect((await overview()).signIns).toEqual(now)
  expect(await shown('Sign-ins since then')).toBe(`${now.succeeded}, and ${now.failed} that failed`)
})
