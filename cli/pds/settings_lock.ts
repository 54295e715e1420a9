import { chmodSync, chownSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'

/** Without it no PDS starts; scripts that only ask the server by its name and admin password go on. */
const NEEDED = /^(\uFEFF?)([ \t]*(?:export[ \t]+)?PDS_JWT_SECRET[ \t]*=)/gm
const LOCK =
  '# Commented out by "vestibule adopt", so that no PDS starts by itself on what is older here.\n#adopted# '

/**
 * Comments out of the settings file of an adopted PDS what it does not start without: one that is started
 * beside this program, by hand or by Docker, would bring back old passwords and sessions.
 *
 * @returns whether it is so; false where the file has not got it or cannot be written
 */
export function lockSettings(file: string): boolean {
  const fresh = `${file}.writing`
  try {
    const content = readFileSync(file, 'utf8')
    if (isLocked(content)) return true
    const locked = content.replace(NEEDED, `$1${LOCK}$2`)
    if (locked === content) return false
    const { mode, uid, gid } = statSync(file)
    writeFileSync(fresh, locked, { mode: 0o600, flush: true })
    if (process.getuid?.() === 0) chownSync(fresh, uid, gid)
    chmodSync(fresh, mode)
    renameSync(fresh, file)
    return true
  } catch {
    return false
  }
}

/** The settings as they were before {@link lockSettings}. */
export function unlocked(content: string): string {
  return content.replaceAll(LOCK, '')
}

export function isLocked(content: string): boolean {
  return content.includes(LOCK)
}
