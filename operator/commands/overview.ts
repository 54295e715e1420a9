import { roomOfFullest } from '../../base/files/disks.ts'
import { BACKUP_OLD } from '../../base/lifetimes.ts'
import { missingForUse, type Settings } from '../../base/settings/settings.ts'
import { ageOf } from '../../base/time/in_words.ts'
import { NAMES_KEPT } from '../../database/limits/near_limit.ts'
import { foldersOfData } from '../../embedded/folder.ts'
import { listBackups } from '../../maintenance/backup/kept_backups.ts'
import { backupStanding } from '../../maintenance/backup/standing.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { dayOf } from '../../sagas/notices/kept_events.ts'
import { command } from '../command.ts'
import { aboutPds, unanswered } from '../doctor/check.ts'
import { replicationOf } from '../doctor/read_replication.ts'
import { missingOfReplication } from '../doctor/replication.ts'
import { inputs } from '../inputs/index.ts'
import { type Looked, lastLook } from './doctor.ts'
import { list as listPdses } from './pdses.ts'

/** More clients are not counted. */
const MOST_CLIENTS = 100

/**
 * How the installation stands. Sizes are bytes; times, such as `since`, are milliseconds since the epoch. Today
 * began at midnight, UTC. What doctor finds is what it found last: null where it has only begun to look.
 */
export const show = command(inputs.overview, async (context) => {
  const { services, clients, openid, limits } = context
  const { settings, embeddedPds, actors } = services
  const [{ pdses }, disk, backups, today, reached] = await Promise.all([
    listPdses.run(context, {}),
    roomOfFullest(foldersOfData(settings, process.env)),
    lastBackups(settings),
    actors.directory.readEventCounts(dayOf(Date.now())),
    limits.countReached(),
  ])
  const [registered, ofOpenid, resources] = await Promise.all([
    clients.list('', MOST_CLIENTS),
    openid.list('', MOST_CLIENTS),
    openid.resources.list(),
  ])
  const looked = lastLook(context)
  const replication = replicationOf(settings)
  return {
    version: packageJson.version,
    url: settings.publicUrl,
    since: Date.now() - Math.round(process.uptime() * 1_000),
    accounts: pdses.reduce((sum, { accounts }) => sum + accounts, 0),
    pdses: pdses.map(({ did, url, accounts, capacity, open, isEmbedded }) => ({
      ...{ did, url, accounts, capacity, open, isEmbedded },
      standing: isEmbedded && embeddedPds.isDown ? DOWN : standingOf(url, looked),
    })),
    today: {
      signIns: { succeeded: today.signed_in ?? 0, failed: today.sign_in_failed ?? 0 },
      mails: { sent: today.mail_sent ?? 0, failed: today.mail_failed ?? 0 },
    },
    limitsReached: counted(reached, reached < NAMES_KEPT),
    mail: settings.smtpUrl === null ? null : new URL(settings.smtpUrl).host,
    disk,
    backups,
    replication,
    clients: countOf(registered),
    openid: { clients: countOf(ofOpenid), resources: resources.length },
    doctor: looked && {
      at: looked.at,
      checks: looked.checks.length,
      wrong: looked.checks.filter(({ state }) => state !== 'ok'),
    },
    missing: [
      ...missingForUse(settings),
      ...missingOfBackups(backups),
      ...missingOfReplication(replication),
    ],
  }
})

const countOf = ({ clients, next }: { clients: unknown[]; next: string | null }): string =>
  counted(clients.length, next === null)

const counted = (count: number, isAll: boolean): string => (isAll ? `${count}` : `${count} or more`)

const NOT_LOOKED = 'not looked at yet'
const DOWN = 'does not answer'

function standingOf(url: string, looked: Looked | null): string {
  if (looked === null) return NOT_LOOKED
  const checks = looked.checks.filter(({ name }) => name.startsWith(aboutPds(url)))
  if (checks.length === 0) return NOT_LOOKED
  if (checks.some(({ name }) => name === unanswered(url))) return DOWN
  const wrong = checks.filter(({ state }) => state !== 'ok').length
  return wrong === 0 ? 'in order' : `${wrong} of ${checks.length} checks failed`
}

/** The good backups of a place; the last of them was begun at `lastAt`, null where there is none. */
type Good = { place: string; count: number; lastAt: number | null }

/** Daily backups; null where none are to be. */
type Backups = {
  here: Good
  /** As it was when the store last answered; `isKnown` where it did. */
  s3: (Good & { isKnown: boolean }) | null
  /** The last try, where it failed. */
  failure: { at: number; reason: string } | null
} | null

async function lastBackups({ backup: { dir, s3 } }: Settings): Promise<Backups> {
  if (dir === null) return null
  // A folder that cannot be read holds none that could be come back from.
  const good = await listBackups(dir).catch(() => [])
  const { store, failure } = backupStanding
  return {
    here: { place: dir, count: good.length, lastAt: good[0]?.startedAt ?? null },
    s3: s3 && {
      place: `${s3.endpoint}/${s3.bucket}`,
      ...(store ?? { count: 0, lastAt: null }),
      isKnown: store !== null,
    },
    failure,
  }
}

function missingOfBackups(backups: Backups): string[] {
  const lastAt = backups?.here.lastAt
  if (!lastAt) return []
  const age = Date.now() - lastAt
  return age > BACKUP_OLD
    ? [`The last good backup is ${ageOf(age)} old: see what \`vestibule backup\` says.`]
    : []
}
