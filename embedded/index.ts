import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { DirectoryStub } from '../actors/directory/stub.ts'
import { SettingsError } from '../base/errors.ts'
import { GoneError } from '../base/files/files.ts'
import { PDS_KILL, PDS_RESTART, PDS_RESTART_MOST, PDS_STEADY } from '../base/lifetimes.ts'
import type { Secrets } from '../base/secrets/secrets.ts'
import type { Settings } from '../base/settings/settings.ts'
import type { Log } from '../base/watching/log.ts'
import type { Pds } from '../pds/pds.ts'
import type { Said } from './child.ts'
import { childEnvironment } from './child_environment.ts'
import { relog } from './child_log.ts'
import { childSetup } from './child_setup.ts'
import { accountDatabaseOf, folderOf } from './folder.ts'
import { mistakesInPdsSettings } from './pds_settings.ts'
import { LOOKS, type Looks, watchForLife } from './signs_of_life.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
/** It starts as this program does. */
const IMPORT_RESOLUTION = new URL('../base/process/import_resolution.ts', import.meta.url).href

/** What it needs of the directory. */
export type PdsDirectory = Pick<
  DirectoryStub,
  'listPdses' | 'countAccounts' | 'addPds' | 'removePds' | 'setPdsPlacement'
>

/**
 * A stock PDS in a child process of this program, for where there is no other. It is reached on a
 * loopback port of its own, and started again when it ends by itself or does not answer any more.
 */
export class EmbeddedPds {
  readonly #settings: Settings
  readonly #secrets: Secrets
  readonly #log: Log
  readonly #looks: Looks
  /** Null until it is started, and once it is stopped. */
  #directory: PdsDirectory | null = null
  #child: ChildProcess | null = null
  #isUp = false
  /** 0 before it has one. */
  #port = 0
  #blobUploadLimit: number | undefined
  #pause = PDS_RESTART
  #restart: NodeJS.Timeout | undefined
  #stopWatch = () => {}
  /** Of the settings, until the directory has said whether it is run. */
  #isExpected: boolean
  readonly #whenRecorded = new Set<() => Promise<void>>()
  readonly #whenUp = new Set<() => void>()

  constructor(settings: Settings, secrets: Secrets, log: Log, looks: Looks = LOOKS) {
    this.#settings = settings
    this.#isExpected = settings.embeddedPds
    this.#secrets = secrets
    this.#log = log
    this.#looks = looks
  }

  /** Whether there is one, or is going to be, that does not answer at the moment. */
  get isDown(): boolean {
    return this.#isExpected && !this.#isUp
  }

  /** Bytes that a blob may have at most, once the PDS has said so. */
  get blobUploadLimit(): number | undefined {
    return this.#blobUploadLimit
  }

  /** Has `listener` told when the directory has its address. @returns what ends that */
  onRecorded(listener: () => Promise<void>): () => void {
    this.#whenRecorded.add(listener)
    return () => this.#whenRecorded.delete(listener)
  }

  /** Has `listener` told each time it has begun to answer. @returns what ends that */
  onUp(listener: () => void): () => void {
    this.#whenUp.add(listener)
    return () => this.#whenUp.delete(listener)
  }

  /**
   * Starts it where it is wanted: where the directory has it already, or has no PDS at all.
   *
   * @returns when it answers, or has failed for the first time and is going to be tried again
   * @throws {SettingsError} when it cannot run like this
   */
  async start(directory: PdsDirectory): Promise<void> {
    if (!this.#settings.embeddedPds) return
    const pdses = await directory.listPdses()
    this.#isExpected = pdses.length === 0 || pdses.some(({ isEmbedded }) => isEmbedded)
    if (!this.#isExpected) return
    const mistakes = mistakesInPdsSettings(process.env)
    if (mistakes.length > 0) throw new SettingsError(mistakes)
    await this.#assertNothingLost(directory)
    await this.#leaveFormerNames(directory, pdses)
    this.#directory = directory
    await this.#run()
  }

  /** Lets it finish what it was asked, and ends it. */
  async stop(): Promise<void> {
    this.#directory = null
    this.#isExpected = false
    clearTimeout(this.#restart)
    this.#stopWatch()
    const child = this.#child
    if (!child) return
    const kill = setTimeout(() => child.kill('SIGKILL'), PDS_KILL)
    const ended = endOf(child)
    if (child.connected) child.disconnect()
    await ended
    clearTimeout(kill)
  }

  /** Whether it was up once: from then on it has a database of accounts. */
  get #hasRun(): boolean {
    return this.#port !== 0
  }

  get #accountDatabase(): string {
    return accountDatabaseOf(folderOf(this.#settings, process.env), process.env)
  }

  /** An empty PDS in the place of one with accounts would be worse than none. */
  async #assertNothingLost(directory: PdsDirectory): Promise<void> {
    const accounts = (await directory.countAccounts())[this.#settings.did] ?? 0
    const path = this.#accountDatabase
    if (accounts === 0 || existsSync(path)) return
    throw new SettingsError([
      `${path}: is missing, and with it what ${accounts} accounts have on the embedded PDS; put it back, or say where it is (PDS_DATA_DIRECTORY)`,
    ])
  }

  /**
   * The PDS inside has one name. What the directory knows of it under another one is of before the settings changed:
   * nobody reaches it there any more, so it takes no accounts, and goes where it has none.
   *
   * @throws {SettingsError} where all accounts are of another name, which their DIDs go on to say
   */
  async #leaveFormerNames(directory: PdsDirectory, pdses: readonly Pds[]): Promise<void> {
    const former = pdses.filter(({ did, isEmbedded }) => isEmbedded && did !== this.#settings.did)
    if (former.length === 0) return
    const counts = await directory.countAccounts()
    const left = former.find(({ did }) => counts[did])
    if (left && !counts[this.#settings.did]) {
      throw new SettingsError([
        `ENTRYWAY_PUBLIC_URL: the accounts here (${counts[left.did]}) are of ${left.url} (${left.did}), which their DIDs name; set it back, and delete them before it changes (vestibule account delete), or name another ENTRYWAY_DATA_DIR`,
      ])
    }
    for (const { did } of former) {
      const close = () => directory.setPdsPlacement(did, { open: false })
      // A sign-up there may still be under way.
      await (counts[did] ? close() : directory.removePds(did).catch(close))
    }
  }

  async #run(): Promise<void> {
    const begun = performance.now()
    const child = this.#fork()
    if (!child) return this.#onEnd(begun, { code: null, signal: null })
    this.#child = child
    const ended = endOf(child).then((how) => this.#onEnd(begun, how))
    const said = new Promise<Said>((resolve) => child.once('message', resolve))
    // Without a process it may have neither streams nor a channel.
    if (child.pid !== undefined) {
      relog(child.stdout as Readable, child.stderr as Readable, this.#log)
      child.send({ ...childSetup(this.#settings, this.#secrets, process.env), port: this.#port })
    }
    const tooLong = setTimeout(() => this.#onSilence(child), this.#looks.start)
    const first = await Promise.race([said, ended])
    clearTimeout(tooLong)
    if (!first) return
    if ('wrongSettings' in first) throw new SettingsError([`PDS_…: ${first.wrongSettings}`])
    this.#blobUploadLimit = first.blobUploadLimit
    await this.#onUp(child, first.port)
  }

  /** @returns null where there can be no process at the moment, such as for want of memory or of its data */
  #fork(): ChildProcess | null {
    const report = (err: unknown) => this.#log.error({ err }, 'the PDS cannot be started, or told')
    try {
      const path = this.#accountDatabase
      if (this.#hasRun && !existsSync(path)) throw new GoneError(path)
      const child = fork(CHILD, {
        env: childEnvironment(process.env, this.#settings.logLevel),
        // Those of this process are for it.
        execArgv: ['--import', IMPORT_RESOLUTION],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      return child.on('error', report)
    } catch (err) {
      report(err)
      return null
    }
  }

  async #onUp(child: ChildProcess, port: number): Promise<void> {
    const { did, publicUrl: url } = this.#settings
    const { adminPassword } = this.#secrets
    const address = `http://127.0.0.1:${port}`
    this.#port = port
    try {
      await this.#directory?.addPds({ did, url, address, adminPassword, isEmbedded: true })
      await Promise.all([...this.#whenRecorded].map((tell) => tell()))
    } catch (err) {
      // Unknown to the directory it is of no use: it is tried again like one that has ended.
      this.#log.error({ err }, 'the address of the PDS was not recorded')
      child.disconnect()
      return
    }
    if (this.#child !== child) return
    this.#isUp = true
    this.#stopWatch = watchForLife(address, this.#looks, this.#log, () => this.#onSilence(child))
    this.#log.info({ component: 'pds', pid: child.pid, port }, 'the PDS is up')
    for (const tell of this.#whenUp) tell()
  }

  #onSilence(child: ChildProcess): void {
    if (!this.#directory) return
    this.#log.error({ component: 'pds', pid: child.pid }, 'the PDS does not answer; it is killed')
    child.kill('SIGKILL')
  }

  #onEnd(begun: number, how: { code: number | null; signal: string | null }): void {
    this.#child = null
    this.#isUp = false
    this.#stopWatch()
    if (!this.#directory) return
    if (performance.now() - begun >= PDS_STEADY) this.#pause = PDS_RESTART
    this.#log.error(
      { component: 'pds', ...how, pause: this.#pause },
      'the PDS ended by itself; it is started again',
    )
    this.#restart = setTimeout(() => {
      this.#run().catch((err) => this.#log.error({ err }, 'the PDS was not started again'))
    }, this.#pause)
    this.#pause = Math.min(2 * this.#pause, PDS_RESTART_MOST)
  }
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    // There is no process, and so no exit.
    child.once('error', () => child.pid === undefined && resolve({ code: null, signal: null }))
  })
}
