import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime, { type Email } from 'postal-mime'

/** The mails in the folder where a program without an SMTP server writes them, oldest first. */
export async function readMailFolder(folder: string): Promise<Email[]> {
  const names = await readdir(folder).catch(() => [])
  // Names of mails that are being written start with a dot.
  const whole = names.filter((name) => !name.startsWith('.')).sort()
  return Promise.all(
    whole.map(async (name) => PostalMime.parse(await readFile(join(folder, name)))),
  )
}
