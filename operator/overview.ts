import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import { ageOf } from '../base/age.ts'
import { BACKUP_OLD } from '../base/lifetimes.ts'
import { countSignIns } from '../base/metrics.ts'
import { missingForUse, type Settings } from '../base/settings.ts'
import { listBackups } from '../maintenance/kept_backups.ts'
import packageJson from '../package.json' with { type: 'json' }
import { command } from './command.ts'
import { list as listPdses } from './pdses.ts'

/**
 * How the installation stands. Sizes are bytes; times, such as `since`, are milliseconds since the epoch.
 * Sign-ins are those since then.
 */
export const show = command(z.strictObject({}), async (context) => {
  const { settings, embeddedPds } = context.services
  const [{ pdses }, { bavail, blocks, bsize }, backups, signIns] = await Promise.all([
    listPdses.run(context, {}),
    statfs(settings.dataDir),
    lastBackup(settings),
    // On an engine other runners count their own.
    settings.database === 'engine' ? null : countSignIns(),
  ])
  return {
    version: packageJson.version,
    url: settings.publicUrl,
    since: Date.now() - Math.round(process.uptime() * 1_000),
    accounts: pdses.reduce((sum, { accounts }) => sum + accounts, 0),
    pdses: pdses.map(({ did, url, accounts, capacity, open, isEmbedded }) => ({
      ...{ did, url, accounts, capacity, open, isEmbedded },
      isDown: isEmbedded && embeddedPds.isDown,
    })),
    mail: settings.smtpUrl === null ? null : new URL(settings.smtpUrl).host,
    disk: { free: bavail * bsize, total: blocks * bsize },
    backups,
    signIns,
    missing: [...missingForUse(settings), ...missingOfBackups(backups)],
  }
})

/** Where daily backups go, and when the last good one there was begun; null where there are none to be. */
type Backups = { dir: string; lastAt: number | null } | null

async function lastBackup({ backup: { dir } }: Settings): Promise<Backups> {
  if (dir === null) return null
  // A folder that cannot be read holds none that could be come back from.
  const [last] = await listBackups(dir).catch(() => [])
  return { dir, lastAt: last?.startedAt ?? null }
}

function missingOfBackups(backups: Backups): string[] {
  if (!backups?.lastAt) return []
  const age = Date.now() - backups.lastAt
  return age > BACKUP_OLD
    ? [`The last good backup is ${ageOf(age)} old: see what \`vestibule backup\` says.`]
    : []
}
