import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../database/database.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { signOfFile } from '../../maintenance/copy/file_sign.ts'

test('each commit changes the sign, and what changed a moment ago has none', async () => {
  const folder = await makeTemporaryFolder('sign')
  const path = join(folder.path, 'account.sqlite')
  const db = openDatabase(path, accountSchema)
  const later = () => signOfFile(path, Date.now() + 60_000)
  expect(signOfFile(path)).toBeNull()
  const first = later()
  expect(first).not.toBeNull()
  expect(later()).toBe(first)
  db.exec('CREATE TABLE something (x)')
  const second = later()
  expect(second).not.toBe(first)
  db.exec('INSERT INTO something VALUES (1)')
  expect(later()).not.toBe(second)
  closeDatabase(db)
  await folder.remove()
})
