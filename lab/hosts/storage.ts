import { execFileSync } from 'node:child_process'
import { chownSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Outsider, startOutsider } from '../world/processes/with_parent.ts'
import { findProgram } from '../world/servers/proxies.ts'
import { makeTemporaryFolder } from '../world/temporary_folder.ts'
import { until } from '../world/until.ts'
import { type Host, on } from './lan.ts'

/** A program of Debian's that may be killed and started again. */
export type Service = {
  start(): Promise<void>
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>
  /** Everything it wrote so far. */
  readonly logs: string
  close(): Promise<void>
}

/** Where PostgreSQL's programs are, or null where they are not installed. */
export function findPostgres(): string | null {
  try {
    const folder = '/usr/lib/postgresql'
    const [version] = readdirSync(folder).sort((a, b) => Number(b) - Number(a))
    return version ? join(folder, version, 'bin') : null
  } catch {
    return null
  }
}

/** What it has committed so far, and how often it had the disk write that. */
type Committed = { commits: number; syncs: number }

/** PostgreSQL with a new database `rivet`, on port 5432 of the host; each commit is on the disk. */
export async function makePostgres(
  host: Host,
): Promise<Service & { url: string; committed(): Committed }> {
  const programs = findPostgres() as string
  const folder = await makeTemporaryFolder('postgres')
  const [user, group] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  ) as [number, number]
  chownSync(folder.path, user, group)
  const asPostgres = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
  const data = join(folder.path, 'data')
  const access = join(folder.path, 'hba.conf')
  writeFileSync(access, 'host all all 10.77.0.0/24 trust\nlocal all all trust\n')
  const init = [join(programs, 'initdb'), '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', data]
  execFileSync(asPostgres[0] as string, [...asPostgres.slice(1), ...init], { cwd: folder.path })
  const server = [
    ...[...asPostgres, join(programs, 'postgres'), '-D', data, '-k', folder.path],
    ...['-h', host.address, '-c', 'max_connections=300'],
    ...['-c', `hba_file=${access}`],
    // What an engine node that was cut off has locked, such as the lease of the one that leads.
    ...['-c', 'idle_in_transaction_session_timeout=5s'],
  ]
  const ask = (database: string, statement: string) =>
    execFileSync(
      join(programs, 'psql'),
      ['-h', folder.path, '-U', 'postgres', '-d', database, '-qAtc', statement],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )
  const service = makeService(
    on(host, server),
    folder.path,
    () => ask('postgres', 'SELECT 1') !== '',
  )
  await service.start()
  ask('postgres', 'CREATE DATABASE rivet')
  return {
    ...service,
    get logs() {
      return service.logs
    },
    url: `postgresql://postgres@${host.address}:5432/rivet`,
    committed: () => {
      const counters = ask(
        'rivet',
        `SELECT xact_commit, wal_sync FROM pg_stat_wal, pg_stat_database WHERE datname = 'rivet'`,
      )
      const [commits, syncs] = counters.trim().split('|').map(Number) as [number, number]
      return { commits, syncs }
    },
    close: () => service.close().finally(folder.remove),
  }
}

/** NATS, on port 4222 of the host. */
export async function makeNats(host: Host): Promise<Service & { address: string }> {
  const folder = await makeTemporaryFolder('nats')
  const program = findProgram('nats-server') as string
  const server = [program, '-a', host.address, '-p', '4222']
  const service = makeService(on(host, server), folder.path, (logs) =>
    logs.includes('Server is ready'),
  )
  await service.start()
  return {
    ...service,
    get logs() {
      return service.logs
    },
    address: `${host.address}:4222`,
    close: () => service.close().finally(folder.remove),
  }
}

/** Milliseconds between two looks of a supervisor. */
const LOOK = 1_000

/**
 * @param isUp given what it wrote since it was started
 * @param env added to its environment
 * @param hasEnded what it writes when it goes on without doing its work: then a supervisor starts it anew
 */
export function makeService(
  command: string[],
  cwd: string,
  isUp: (logs: string) => boolean | Promise<boolean>,
  env: NodeJS.ProcessEnv = {},
  hasEnded?: string,
): Service {
  let running: Outsider | null = null
  let before = ''
  let isWanted = false
  const stop = async () => {
    await running?.end()
    before += running?.logs ?? ''
    running = null
  }
  const run = async () => {
    await until(
      async () => {
        // PostgreSQL does not start while children of a killed one are still there.
        if (running && running.exitCode !== null) await stop()
        if (!isWanted) return true
        running ??= startOutsider('SIGKILL', command, {
          cwd,
          env: { PATH: process.env.PATH, HOME: cwd, ...env },
        })
        return isUp(running.logs)
      },
      `${command.join(' ')} does not start`,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${before}${running?.logs}`, { cause: error })
    })
  }
  let restarting: Promise<void> | null = null
  const watch = (ended: string) => {
    if (restarting || !isWanted || !running?.logs.includes(ended)) return
    restarting = stop()
      .then(run)
      // A host that is cut off cannot say that it is up.
      .catch((error: Error) => console.error(error.message))
      .finally(() => {
        restarting = null
      })
  }
  const supervisor = hasEnded ? setInterval(watch, LOOK, hasEnded).unref() : undefined
  const kill = async () => {
    isWanted = false
    await stop()
  }
  return {
    start: async () => {
      isWanted = true
      await run()
    },
    kill,
    close: async () => {
      clearInterval(supervisor)
      await kill()
      await restarting
    },
    get logs() {
      return before + (running?.logs ?? '')
    },
  }
}
