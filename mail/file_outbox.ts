import { randomUUID } from 'node:crypto'
import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../base/files/make_folder.ts'
import { envelopeOf, type Outbox } from './outbox.ts'

/** Mails that are kept, some 10 kB each; strangers can ask for more of them. */
const MAX_MAILS = 10_000

/**
 * Writes each mail into `folder` as `<ISO time>-<kind>-<random>.eml`, readable by the program's
 * own user alone: the mails carry codes. Of more than {@link MAX_MAILS} the oldest are removed.
 *
 * @param onWritten is told the path of each file
 */
export function openFileOutbox(
  folder: string,
  onWritten: (kind: string, file: string) => void,
  most = MAX_MAILS,
): Outbox {
  return {
    send: async (message) => {
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({ streamTransport: true, buffer: true })
      const { message: source } = await transport.sendMail(envelopeOf(message))
      makeFolder(folder)
      await chmod(folder, 0o700)
      // Colons are not allowed in file names everywhere.
      const time = new Date().toISOString().replaceAll(':', '-')
      const name = `${time}-${message.kind}-${randomUUID()}.eml`
      // Under another name until it is whole: somebody may be watching the folder.
      const unfinished = join(folder, `.${name}`)
      await writeFile(unfinished, source, { mode: 0o600, flag: 'wx' })
      await rename(unfinished, join(folder, name))
      await removeOldest(folder, most)
      onWritten(message.kind, join(folder, name))
    },
    close: () => {},
  }
}

/** Names of files begin with their time. */
async function removeOldest(folder: string, most: number): Promise<void> {
  const mails = (await readdir(folder)).filter((name) => /^\d.*\.eml$/.test(name)).sort()
  const old = mails.slice(0, Math.max(0, mails.length - most))
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })))
}
