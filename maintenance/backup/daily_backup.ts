import { execFile } from 'node:child_process'
import { stat, utimes, writeFile } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFolder } from '../../base/files/make_folder.ts'
import { BACKUP_INTERVAL, BACKUP_LOOK, BACKUP_OLD, DAY } from '../../base/lifetimes.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { hasPassed } from '../../base/time/has_passed.ts'
import { logEvent } from '../../base/watching/event_log.ts'
import type { Log } from '../../base/watching/log.ts'
import { backupAge } from '../../base/watching/metrics.ts'
import { every } from '../../base/work/every.ts'
import type { Mailer } from '../../mail/mailer.ts'
import { type KeptBackup, listBackups } from './kept_backups.ts'
import { nameDamaged } from './manifest.ts'
import { inStore } from './s3/in_store.ts'
import { keepStored, type Last, readStored } from './s3/last_stored.ts'
import { backupStanding } from './standing.ts'

const COMMAND = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
/** When the operator was last told of each, by its time. */
const TOLD = { ofOld: '.told-of-backups', ofDamaged: '.told-of-damaged' }

type Parts = { settings: Settings; mailer: Mailer; log: Log }

/**
 * Makes a backup each day, where `ENTRYWAY_BACKUP_DIR` is set: by the command for it, in a process of its
 * own, so that nobody waits. What fails is tried again within the hour; the operator gets a mail, once a
 * day, when the last good one is older than {@link BACKUP_OLD}.
 *
 * @returns what ends it, with a backup that is under way
 */
export function startDailyBackups({ settings, mailer, log }: Parts): () => void {
  const { dataDir } = settings
  const { dir, s3 } = settings.backup
  if (dir === null) return () => {}
  const ended = new AbortController()
  const placeOfStore = s3 === null ? '' : `${s3.endpoint}/${s3.bucket}`
  /** What is known of the store: it stays so while the store does not answer. */
  let stored = readStored(dataDir, placeOfStore) ?? { at: Date.now(), isThere: false }
  /** On the disk, and in the store where there is one. */
  const look = async () => {
    const here = await lastOf(dir, await listBackups(dir))
    backupAge.watch('disk', here.at)
    if (s3 === null) return { here, there: here }
    const found = await inStore(s3, (store) => store.list()).catch(() => null)
    if (found !== null) {
      stored = await lastOf(dir, found)
      backupStanding.store = { count: found.length, lastAt: found[0]?.startedAt ?? null }
    }
    await keepStored(dataDir, placeOfStore, stored)
    backupAge.watch('s3', stored.at)
    return { here, there: stored }
  }
  const work = async () => {
    const { here, there } = await look()
    if (!isDue(here) && !isDue(there)) return
    // A new one each hour would take the place of those of two weeks while the store does not answer.
    const options = isDue(here) ? [] : ['--copy-only']
    const failure = await backUp(options, ended.signal)
    if (ended.signal.aborted) return
    if (failure === null) {
      backupStanding.failure = null
      if (isDue(here)) logEvent(log, 'backup_made', {}, undefined)
      await look()
      return
    }
    backupStanding.failure = { at: Date.now(), reason: failure }
    logEvent(log, 'backup_failed', { reason: failure }, undefined)
    if (isDue(here) && (await tellOfDamaged({ settings, mailer, log }, dir, here.at))) return
    const place = here.at <= there.at || s3 === null ? dir : placeOfStore
    const last = { at: Math.min(here.at, there.at), place }
    if (Date.now() - last.at > BACKUP_OLD) {
      await tell({ settings, mailer, log }, TOLD.ofOld, noneSince(settings.name, last, failure))
    }
  }
  const end = every(BACKUP_LOOK, 'the daily backup', work, log)
  return () => {
    end()
    ended.abort()
  }
}

/** Where there is none but of a time to come, one is due. */
const isDue = ({ at, isThere }: Last) => !isThere || hasPassed(at, BACKUP_INTERVAL)

/** Without one, it counts from when there was a folder for them. */
async function lastOf(dir: string, [newest]: KeptBackup[]): Promise<Last> {
  if (newest) return { at: newest.startedAt, isThere: true }
  try {
    makeFolder(dir)
    return { at: (await stat(dir)).birthtimeMs, isThere: false }
  } catch {
    return { at: started, isThere: false }
  }
}

const started = Date.now()

/** @returns the last line that it said where it failed, else null */
function backUp(options: readonly string[], signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [COMMAND, 'backup', ...options],
      { signal },
      (err, _, said) => resolve(err && (said.trim().split('\n').at(-1) || err.message)),
    )
    if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_LOW)
  })
}

/**
 * Tells which accounts are not in a backup that was made.
 *
 * @param before when the newest of before was begun, ms
 * @returns whether one was made in which not all are
 */
async function tellOfDamaged(parts: Parts, dir: string, before: number): Promise<boolean> {
  const [newest] = await listBackups(dir)
  if (!newest || newest.startedAt === before || newest.damaged.length === 0) return false
  const { damaged } = newest
  for (const { did, problem } of damaged) {
    logEvent(parts.log, 'account_damaged', { did: did ?? undefined, reason: problem }, undefined)
  }
  const { name } = parts.settings
  await tell(parts, TOLD.ofDamaged, {
    subject: `Accounts of ${name} are damaged: ${damaged.length}`,
    text: `The backup ${join(dir, newest.name)} is good, but lacks what is damaged or lost of accounts: ${nameDamaged(damaged)}.\n\nWho has one of them can not sign in or, where it is the repo, not reach their posts. The last good copy of each is kept. How to put it back: docs/backup.md#one-account\n`,
  })
  return true
}

type Message = { subject: string; text: string }

function noneSince(
  name: string,
  { at, place }: { at: number; place: string },
  failure: string,
): Message {
  const since = new Date(at).toISOString()
  return {
    subject: `No backup of ${name} since ${since.slice(0, 10)}`,
    text: `In ${place} there is no good backup of ${name} newer than ${since}.\n\nThe last try failed: ${failure}\n\nIt is tried again each hour. \`vestibule backup\` tries it now, and \`vestibule doctor\` says how things stand.\n`,
  }
}

/** When this process has told, ms, by the mark that says so: on a full disk that cannot be written. */
const toldHere = new Map<string, number>()

/** Told anew after a day, also over restarts. */
async function tell({ settings, mailer, log }: Parts, file: string, message: Message) {
  const { operatorEmail, dataDir } = settings
  if (operatorEmail === null) return
  const mark = join(dataDir, file)
  const toldAt = await stat(mark).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
  if (!hasPassed(Math.max(toldAt, toldHere.get(mark) ?? 0), DAY)) return
  await mailer.send('message', operatorEmail, message).then(
    async () => {
      toldHere.set(mark, Date.now())
      await writeFile(mark, '', { mode: 0o600 })
      await utimes(mark, new Date(), new Date())
    },
    (err) => log.error({ err }, 'the operator was not told of the backups'),
  )
}
