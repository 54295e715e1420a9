import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { makeTemporaryFolder } from '../../../lab/world/temporary_folder.ts'
import { openFileOutbox } from '../../../mail/file_outbox.ts'

test('34. mails in the data directory: the oldest are removed', async () => {
  const folder = await makeTemporaryFolder('mails')
  const outbox = openFileOutbox(folder.path, () => {}, 3)
  const mail = { kind: 'test', from: 'a@mail.internal', to: 'b@mail.internal', subject: 's' }
  for (let i = 0; i < 5; i++) await outbox.send({ ...mail, text: `${i}`, html: '' } as never)
  expect(await readdir(folder.path)).toHaveLength(3)
  outbox.close()
  await folder.remove()
})
