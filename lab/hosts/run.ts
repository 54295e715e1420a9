import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findProgram } from '../world/servers/proxies.ts'
import { endsWithParent } from '../world/vestibule/child.ts'
import { type Host, makeLan, on, removeLan, whatIsMissing } from './lan.ts'
import { findPostgres } from './storage.ts'

/**
 * `pnpm hosts`: an installation of ten machines, each a network namespace of this one, of which one
 * after the other dies or is cut off. Prints a Markdown table.
 */
const { values } = parseArgs({
  options: {
    /** A second, all together. */
    refreshes: { type: 'string', default: '100' },
    accounts: { type: 'string', default: '200' },
    /** After how many ms of silence the engine counts a runner as lost, or at most twice as many. */
    lost: { type: 'string', default: '15000' },
    /** Only faults whose names have these words. */
    only: { type: 'string', default: '' },
    /** A folder for what each of them wrote. */
    logs: { type: 'string', default: '' },
  },
})
const LAN = process.env.WORLD_LAN
if (LAN) {
  const { campaign } = await import('./campaign.ts')
  const options = {
    ...values,
    refreshes: Number(values.refreshes),
    accounts: Number(values.accounts),
    lost: Number(values.lost),
  }
  await campaign(JSON.parse(LAN) as Host[], options).catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
  process.exit()
}
await outside()

/** Makes the network, and runs this file again on its first host. */
async function outside(): Promise<void> {
  const missing =
    whatIsMissing() ??
    (findPostgres() && findProgram('nats-server')
      ? null
      : 'PostgreSQL or NATS is not installed (apt-get install postgresql nats-server)')
  if (missing) {
    console.warn(`Left out: an engine of several nodes: ${missing}`)
    return
  }
  let child: ChildProcess | undefined
  // Ctrl+C reaches the child as well, which ends in order.
  process.on('SIGINT', () => {}).on('SIGTERM', () => child?.kill('SIGTERM'))
  try {
    const hosts = makeLan()
    const file = fileURLToPath(import.meta.url)
    const [program, ...args] = on(hosts[0] as Host, [
      ...[process.execPath, ...endsWithParent, file],
      ...process.argv.slice(2),
    ]) as [string]
    child = spawn(program, args, {
      env: { ...process.env, WORLD_LAN: JSON.stringify(hosts) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const [code] = await once(child, 'exit')
    process.exitCode = code ?? 1
  } finally {
    removeLan()
  }
}
