import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { MailError } from '../../mail/error.ts'
import { createMailer } from '../../mail/mailer.ts'

const TO = 'alice@mail.test'
const content = { handle: 'alice.test', token: 'ABCDE-23456' }

let folder: TemporaryFolder
let logged: string

beforeEach(async () => {
  logged = ''
  folder = await makeTemporaryFolder('mail')
})
afterEach(() => folder.remove())

function open(dataDir = folder.path) {
  const write = (line: string) => {
    logged += line
  }
  const log = pino({ level: 'trace' }, { write })
  return createMailer({ dataDir, publicUrl: 'http://localhost:2600', service: 'Vestibule', log })
}

test('without SMTP a mail becomes a file that only its owner reads', async () => {
  await open().send('resetPassword', TO, { ...content, locale: 'fr' })
  const dropped = join(folder.path, 'mail')
  const [name = '', ...others] = await readdir(dropped)
  expect(others).toEqual([])
  expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-resetPassword-[-0-9a-f]{36}\.eml$/)
  expect((await stat(dropped)).mode & 0o777).toBe(0o700)
  expect((await stat(join(dropped, name))).mode & 0o777).toBe(0o600)

  const read = await PostalMime.parse(await readFile(join(dropped, name)))
  expect(read.to?.[0]?.address).toBe(TO)
  expect(read.from?.address).toBe('noreply@localhost')
  expect(read.subject).toBe('Réinitialiser votre mot de passe')
  expect(read.text).toContain(content.token)
  expect(read.html).toContain(content.token)
})

test('the log names the file and keeps the token to itself', async () => {
  await open().send('resetPassword', TO, content)
  const [name = ''] = await readdir(join(folder.path, 'mail'))
  expect(logged).toContain(name)
  expect(logged).not.toContain(content.token)
  expect(logged).not.toContain(TO)
})

test('mails of one moment do not overwrite each other', async () => {
  const mailer = open()
  await Promise.all(Array.from({ length: 20 }, () => mailer.send('signInCode', TO, content)))
  expect(await readdir(join(folder.path, 'mail'))).toHaveLength(20)
})

test('a folder that cannot be written is a MailError', async () => {
  const file = join(folder.path, 'file')
  await writeFile(file, '')
  const error = await open(file)
    .send('resetPassword', TO, content)
    .catch((error: unknown) => error)
  expect(error).toBeInstanceOf(MailError)
  expect((error as MailError).message).toBe('Could not send mail (resetPassword): ENOTDIR')
})
