import type { Settings } from '../../base/settings/settings.ts'
import { checkAddresses } from './address.ts'
import { checkBackups } from './backup.ts'
import type { Check } from './check.ts'
import { checkClocks } from './clock.ts'
import { checkDisk } from './disk.ts'
import { type Asked, checkFront } from './front.ts'
import { forTrial } from './local.ts'
import { checkMail } from './mail.ts'
import { checkRoutes, checkServed } from './routes.ts'

/** What is known of the installation by its program; nothing where that does not run. */
export type Known = {
  /** Those that answer it. */
  pdses: readonly { url: string; address: string }[]
  /** Of accounts. */
  handles: string[]
  /** Null where it does not run. */
  asked: Asked | null
}

/** What can be seen from outside of the program: DNS, TLS, routes, clocks, mail, backups and the disk. */
export async function lookAround(
  settings: Settings,
  { pdses, handles, asked }: Known,
): Promise<Check[]> {
  const peers = pdses.map(({ url, address }) => ({ name: new URL(url).host, url: address }))
  const served = pdses.flatMap(({ url, address }) => (url === address ? [] : [url]))
  const found = await Promise.all([
    checkAddresses(settings, handles).then((checks) => forTrial(checks, settings)),
    checkRoutes(settings),
    asked === null ? [] : checkFront(settings, asked).then((check) => [check]),
    checkServed(served),
    checkClocks([{ name: 'PLC', url: settings.plcUrl }]).then((all) => forTrial(all, settings)),
    checkClocks(peers),
    checkMail(settings).then((check) => [check]),
    checkDisk(settings),
    checkBackups(settings).then((checks) => forTrial(checks, settings)),
  ])
  return found.flat()
}
