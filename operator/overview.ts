import { statfs } from 'node:fs/promises'
import { z } from 'zod'
import { missingForUse } from '../base/settings.ts'
import packageJson from '../package.json' with { type: 'json' }
import { command } from './command.ts'
import { list as listPdses } from './pdses.ts'

/** How the installation stands. Sizes are bytes; `since` is milliseconds since the epoch. */
export const show = command(z.strictObject({}), async (context) => {
  const { settings, embeddedPds } = context.services
  const [{ pdses }, { bavail, blocks, bsize }] = await Promise.all([
    listPdses.run(context, {}),
    statfs(settings.dataDir),
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
    missing: missingForUse(settings),
  }
})
