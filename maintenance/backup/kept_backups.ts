import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { explainUnwritable, isThere } from '../../base/files/files.ts'
import { makeFolder } from '../../base/files/make_folder.ts'
import { giveAloneToOwnerOf, giveNewToOwnerOf } from '../../base/files/ownership.ts'
import { writeWhole } from '../../base/files/write_whole.ts'
import { POLL } from '../../base/lifetimes.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { lockFile } from '../../database/file_lock.ts'
import { type BackupOptions, backUp } from './backup.ts'
import { damagedAccount, type Manifest, readManifest } from './manifest.ts'
import { type Verified, verifyBackup } from './verify_backup.ts'

/** As it is named after when it was begun, in UTC: `2026-11-26T030000Z`. */
const NAME = /^(\d{4}-\d{2}-\d{2}T)(\d{2})(\d{2})(\d{2})Z$/
/** Written into a backup once it was verified. */
export const MARK = 'verified.json'
const LOCK = '.lock'

const mark = z.object({
  accounts: z.int(),
  databases: z.int(),
  files: z.int(),
  /** An older one names none: with some, no backup was good. */
  damaged: z.array(damagedAccount).default([]),
})

/** A backup that was found good. Times are milliseconds since the epoch. */
export type KeptBackup = Verified & { name: string; startedAt: number }

export type KeptOptions = Omit<BackupOptions, 'folder'> & {
  /** The folder of all backups. */
  to: string
  /** How many good ones are kept. */
  keep: number
  onVerify?: (done: number, total: number) => void
  /** Copies it elsewhere, while nothing else is made or removed in the folder. */
  copy?: Copy | undefined
}

/** A backup with what is in it. */
export type MadeBackup = { folder: string; manifest: Manifest }

type Copy = (made: { name: string; folder: string }) => Promise<void>

/**
 * Makes one more backup in a folder of them, and verifies it. Only when it is good, those go that are too
 * many, and those that were not finished.
 *
 * @throws {Error} where it could not be made, or is not good
 */
export async function backUpTo({
  to,
  keep,
  onVerify,
  copy,
  ...options
}: KeptOptions): Promise<MadeBackup & { name: string; removed: string[] }> {
  return whenFree(to, async () => {
    const name = await freeName(to)
    const folder = join(to, name)
    // What root leaves there the user of the program could neither read nor remove.
    const give = () => isThere(folder) && giveNewToOwnerOf(to, folder)
    const manifest = await makeGood({ ...options, folder }, onVerify).catch((err) => {
      try {
        give()
      } catch {
        // The first error says more.
      }
      throw err
    })
    give()
    const good = await listNeeded(await listBackups(to), keep, (each) =>
      readManifest(join(to, each)),
    )
    const removed: string[] = []
    for (const each of await listFolders(to)) {
      const isOld = !good.includes(each) && each <= name
      if (isOld && !(await isInDoubt(join(to, each)))) removed.push(each)
    }
    for (const each of removed) await rm(join(to, each), { recursive: true, force: true })
    await copy?.({ name, folder })
    return { name, folder, manifest, removed }
  })
}

async function makeGood(
  options: BackupOptions,
  onVerify: KeptOptions['onVerify'],
): Promise<Manifest> {
  const { folder } = options
  await backUp(options)
  const { manifest, ...verified } = await verifyBackup(folder, onVerify)
  writeWhole(join(folder, MARK), JSON.stringify(verified))
  return manifest
}

/**
 * Which backups are to stay: so many of the newest, and of each account that is damaged by now the last one that has it.
 *
 * @param good {@link newestFirst}
 * @returns their names
 */
export async function listNeeded(
  good: readonly KeptBackup[],
  keep: number,
  manifestOf: (name: string) => Promise<Manifest>,
): Promise<string[]> {
  const needed = new Set(good.slice(0, keep).map(({ name }) => name))
  const missing = new Set(good[0]?.damaged.map(({ path }) => path))
  for (const { name } of good) {
    if (missing.size === 0) break
    const { databases, pds } = await manifestOf(name)
    const files = [...databases, ...(pds?.files ?? [])]
    const found = files.filter(({ path }) => missing.delete(path))
    if (found.length > 0) needed.add(name)
  }
  return [...needed]
}

/** Copies the newest good one elsewhere. @returns its folder @throws {Error} where there is none */
export async function copyNewest(to: string, copy: Copy): Promise<string> {
  return whenFree(to, async () => {
    const [newest] = await listBackups(to)
    if (!newest) throw new Error(`There is no good backup in ${to}`)
    const folder = join(to, newest.name)
    await copy({ name: newest.name, folder })
    return folder
  })
}

/** Another one may be being made or copied, by the program or by the operator: that is waited for. */
async function whenFree<T>(to: string, work: () => Promise<T>): Promise<T> {
  const lock = join(to, LOCK)
  const release = await lockFolder(to, lock)
  try {
    giveAloneToOwnerOf(to, lock)
    return await work()
  } finally {
    release()
  }
}

async function lockFolder(to: string, lock: string): Promise<() => void> {
  try {
    makeFolder(to)
    return await lockWhenFree(lock)
  } catch (err) {
    throw explainUnwritable(err, to)
  }
}

async function lockWhenFree(path: string): Promise<() => void> {
  for (;;) {
    const release = lockFile(path)
    if (release) return release
    await setTimeout(POLL)
  }
}

/** The mark of a backup; null where it has none, since it was not finished or is not good. */
async function readMark(folder: string): Promise<string | null> {
  return readFile(join(folder, MARK), 'utf8').catch((err) => {
    if (codeOf(err) === 'ENOENT') return null
    throw err
  })
}

/** Whether the mark of a backup cannot be read, as on a disk that fails: the backup may be good. */
function isInDoubt(folder: string): Promise<boolean> {
  return readMark(folder).then(
    () => false,
    () => true,
  )
}

/** Those that were found good, {@link newestFirst}. One whose mark cannot be read is none of them. */
export async function listBackups(to: string): Promise<KeptBackup[]> {
  const found = await Promise.all(
    (await listFolders(to)).map(async (name) => {
      const text = await readMark(join(to, name)).catch(() => null)
      const startedAt = namedAt(name)
      return text === null || startedAt === null ? [] : (keptBackup(text, name, startedAt) ?? [])
    }),
  )
  return found.flat().sort(newestFirst)
}

/**
 * @param text of its mark
 * @returns null where that is none: one that a full disk has cut off holds up no other backup
 */
export function keptBackup(text: string, name: string, startedAt: number): KeptBackup | null {
  try {
    return { ...mark.parse(JSON.parse(text)), name, startedAt }
  } catch {
    return null
  }
}

/** Backups with a name in the future come last: they were made while the clock was ahead. */
export function newestFirst(a: { startedAt: number }, b: { startedAt: number }): number {
  const now = Date.now()
  return Number(a.startedAt > now) - Number(b.startedAt > now) || b.startedAt - a.startedAt
}

async function listFolders(to: string): Promise<string[]> {
  return isThere(to) ? (await readdir(to)).filter((name) => NAME.test(name)) : []
}

/** Waits for a second in which no backup was begun yet: a name has no smaller unit. */
async function freeName(to: string): Promise<string> {
  for (;;) {
    const name = nameAt(Date.now())
    if (!isThere(join(to, name))) return name
    await setTimeout(POLL)
  }
}

const nameAt = (ms: number) => new Date(ms).toISOString().replace(/:|\.\d+/g, '')

/** When a backup of this name was begun, ms; null where it is no such name. */
export function namedAt(name: string): number | null {
  return NAME.test(name) ? Date.parse(name.replace(NAME, '$1$2:$3:$4Z')) : null
}
