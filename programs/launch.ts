import { SettingsError, UnavailableError } from '../base/errors.ts'
import { explainDisk, explainUnreadable, NoPermissionError } from '../base/files/files.ts'
import { MovedError } from '../base/files/move.ts'
import { keepFromOthers } from '../base/files/umask.ts'
import { countExternalMemory } from '../base/process/external_memory.ts'
import { loadEnvFile } from '../base/settings/env_file.ts'
import { readSettings, type Settings } from '../base/settings/settings.ts'
import { takeConsole } from '../base/watching/console.ts'
import { createLog, type Log } from '../base/watching/log.ts'
import { unhandledRejections } from '../base/watching/metrics.ts'
import { serveMetrics } from '../base/watching/metrics_server.ts'
import { startTracing } from '../base/watching/tracing.ts'
import { type AtMost, endWithin } from './ending.ts'

/**
 * How a program ends that does not serve data which are on their way (`EX_CONFIG` of sysexits.h): who supervises
 * it is not to start it again and again (`deploy/systemd/vestibule.service`).
 */
const MOVED = 78

/** What the log says of a promise that was rejected and whose rejection nothing handled. */
export const UNHANDLED_REJECTION = 'a promise was rejected unhandled'

/**
 * Runs a start file's work: settings that are wrong end the program with one line each, a signal
 * ends it in order.
 *
 * @param start returns what to do on SIGINT and SIGTERM ({@link endWithin})
 */
export async function launch(
  start: (settings: Settings, log: Log) => Promise<(atMost: AtMost) => Promise<void>>,
): Promise<void> {
  keepFromOthers()
  // Stacks are never logged (docs/decisions.md).
  Error.stackTraceLimit = 0
  countExternalMemory()
  try {
    loadEnvFile()
    const settings = readSettings(process.env)
    const log = createLog(settings.logLevel)
    takeConsole(log)
    // One request that goes wrong must not end the others, as Node would have it.
    process.on('unhandledRejection', (err) => {
      log.error({ err }, UNHANDLED_REJECTION)
      unhandledRejections.inc()
    })
    const endTracing = settings.traces ? await startTracing(settings.traces, log) : async () => {}
    let stop = async (_atMost: AtMost) => {}
    const end = async (atMost: AtMost) => {
      try {
        await stop(atMost)
      } catch (err) {
        log.error({ err }, 'did not stop in order')
        process.exitCode = 1
      }
      await endTracing()
    }
    const late = () => {
      log.error('did not stop in time')
      process.exit(1)
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, async () => {
        log.info({ signal }, 'stopping')
        await endWithin(end, late)
        process.exit()
      })
    }
    if (settings.metricsPort !== null) await serveMetrics(settings.metricsPort, log)
    stop = await start(settings, log)
  } catch (err) {
    giveUp(explainListening(explainDisk(explainForeign(explainUnreadable(err)))))
  }
}

/** A command may be root's; the program is always run as one user. */
function explainForeign(err: unknown): unknown {
  if (!(err instanceof NoPermissionError)) return err
  const toDo = 'start this as the user to whom it belongs, or give it to this one (chown)'
  return new Error(`${err.found}: ${toDo}`, { cause: err })
}

/** What the system says of an address that it has not: on no network, without its zone, or of a kind that it does not know. */
const NO_ADDRESS = ['EADDRNOTAVAIL', 'EINVAL', 'EAFNOSUPPORT']

/** What to say of a port or address that this program cannot listen on. */
function explainListening(err: unknown): unknown {
  const { code, syscall, address, port, hostname } = (err ?? {}) as NodeJS.ErrnoException &
    Record<string, unknown>
  const said = () => {
    if (code === 'EADDRINUSE') {
      return `Another program listens on ${address}:${port}: stop it, or give this one another port (ENTRYWAY_PORT, ENTRYWAY_METRICS_PORT)`
    }
    if (syscall === 'listen' && NO_ADDRESS.includes(code ?? '')) {
      return `ENTRYWAY_HOST: must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all; ${address} is none`
    }
    if (syscall === 'listen' && code === 'EACCES') {
      return `ENTRYWAY_PORT: this user may not listen on port ${port}: take one from 1024 on, such as 2600, behind a proxy (docs/deploy.md)`
    }
    if (syscall === 'getaddrinfo') {
      return `ENTRYWAY_HOST: must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all; the name ${hostname} has none`
    }
    return null
  }
  const sentence = said()
  return sentence === null ? err : new Error(sentence, { cause: err })
}

/** Which part of the program is away says nothing to an operator, but why. */
function reasonOf(err: unknown): unknown {
  if (err instanceof UnavailableError && err.cause) return reasonOf(err.cause)
  return err instanceof Error ? err.message : err
}

/** On standard error, whatever the console is by now. */
const say = console.error

/** Says what is wrong, and ends the program. */
export function giveUp(err: unknown): void {
  if (err instanceof SettingsError) for (const line of err.lines) say(line)
  else say(reasonOf(err))
  process.exit(err instanceof MovedError ? MOVED : 1)
}
