import { InFlight } from '../actors/in_flight.ts'
import type { Runner } from '../actors/runner.ts'
import { Background } from '../base/background.ts'
import { loadEnvFile } from '../base/env_file.ts'
import { explainUnreadable } from '../base/files.ts'
import { CLOSING } from '../base/lifetimes.ts'
import { createLog, type Log } from '../base/log.ts'
import { unhandledRejections } from '../base/metrics.ts'
import { serveMetrics } from '../base/metrics_server.ts'
import { keepFromOthers } from '../base/private_files.ts'
import { loadSecrets } from '../base/secrets.ts'
import { readSettings, type Settings, SettingsError } from '../base/settings.ts'
import { startTracing } from '../base/tracing.ts'
import { closeAllDatabases } from '../database/database.ts'
import { folderOf } from '../embedded/folder.ts'
import { EmbeddedPds } from '../embedded/index.ts'
import { createMailer } from '../mail/mailer.ts'
import { holdData } from '../maintenance/hold.ts'
import { assertNotReleased } from '../maintenance/pds_marks.ts'
import { watchSizes } from '../maintenance/sizes.ts'

/** What the log says of a promise that was rejected and whose rejection nothing handled. */
export const UNHANDLED_REJECTION = 'a promise was rejected unhandled'

/**
 * Runs a start file's work: settings that are wrong end the program with one line each, a signal
 * ends it in order.
 *
 * @param start returns what to do on SIGINT and SIGTERM
 */
export async function launch(
  start: (settings: Settings, log: Log) => Promise<() => Promise<void>>,
): Promise<void> {
  keepFromOthers()
  try {
    loadEnvFile()
    const settings = readSettings(process.env)
    const log = createLog(settings.logLevel)
    // One request that goes wrong must not end the others, as Node would have it.
    process.on('unhandledRejection', (err) => {
      log.error({ err }, UNHANDLED_REJECTION)
      unhandledRejections.inc()
    })
    const endTracing = settings.traces ? await startTracing(settings.traces, log) : async () => {}
    let stop = async () => {}
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, async () => {
        log.info({ signal }, 'stopping')
        try {
          await stop()
          await endTracing()
          process.exit(0)
        } catch (err) {
          log.error({ err }, 'did not stop in order')
          await endTracing()
          process.exit(1)
        }
      })
    }
    if (settings.metricsPort !== null) await serveMetrics(settings.metricsPort, log)
    stop = await start(settings, log)
  } catch (err) {
    giveUp(explainListening(explainUnreadable(err)))
  }
}

/** What to say of a port or address that this program cannot listen on. */
function explainListening(err: unknown): unknown {
  const { code, syscall, address, port, hostname } = (err ?? {}) as NodeJS.ErrnoException &
    Record<string, unknown>
  const said = () => {
    if (code === 'EADDRINUSE') {
      return `Another program listens on ${address}:${port}: stop it, or give this one another port (ENTRYWAY_PORT, ENTRYWAY_METRICS_PORT)`
    }
    if (syscall === 'listen' && code === 'EADDRNOTAVAIL') {
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

function giveUp(err: unknown): void {
  if (err instanceof SettingsError) for (const line of err.lines) console.error(line)
  else console.error(err instanceof Error ? err.message : err)
  process.exit(1)
}

/** What the actors of this process are given. Its data are this process's alone until it ends. */
export async function prepareRunner(
  settings: Settings,
  log: Log,
): Promise<Runner & { embeddedPds: EmbeddedPds }> {
  holdData(settings.dataDir)
  const pdsData = settings.embeddedPds ? [folderOf(settings, process.env)] : []
  await assertNotReleased([settings.dataDir, ...pdsData])
  const mailer = createMailer({
    ...(settings.smtpUrl ? { smtpUrl: settings.smtpUrl } : {}),
    from: settings.emailFrom,
    dataDir: settings.dataDir,
    publicUrl: settings.publicUrl,
    service: settings.name,
    log,
  })
  const secrets = await loadSecrets(settings)
  if (settings.metricsPort !== null) watchSizes(settings.dataDir, log)
  return {
    settings,
    secrets,
    mailer,
    log,
    inFlight: new InFlight(),
    background: new Background(log),
    embeddedPds: new EmbeddedPds(settings, secrets, log),
    refuse: giveUp,
  }
}

/** Closes what {@link prepareRunner} and the actors opened; the embedded PDS ends last. */
export async function stopRunner(
  runner: Pick<Runner, 'mailer'> & { embeddedPds: EmbeddedPds },
): Promise<void> {
  runner.mailer.close()
  closeAllDatabases(CLOSING)
  await runner.embeddedPds.stop()
}
