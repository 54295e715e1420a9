import { UserError } from 'rivetkit/errors'
import { Refusal, type SettingsError } from '../base/errors.ts'
import { isSameSecret } from '../base/secrets/same_secret.ts'
import type { Secrets } from '../base/secrets/secrets.ts'
import type { Settings } from '../base/settings/settings.ts'
import { assertInTime } from '../base/time/in_time.ts'
import type { Log } from '../base/watching/log.ts'
import type { Background } from '../base/work/background.ts'
import type { Db } from '../database/database.ts'
import { durable } from '../database/durable.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { InFlight } from './in_flight.ts'

/** What every actor of one runner is given. */
export type Runner = {
  settings: Settings
  /** Of the data in files, at each of which a disk may be mounted. */
  folders: readonly string[]
  secrets: Secrets
  mailer: Mailer
  log: Log
  /** Requests that are being answered. */
  inFlight: InFlight
  /** What goes on after the answer. */
  background: Background
  /** The PDS that this program runs itself. */
  embeddedPds: {
    /** Whether there is one, or is going to be, that does not answer. */
    readonly isDown: boolean
    /** Bytes that a blob may have at most, where there is one and has said so. */
    readonly blobUploadLimit: number | undefined
    /** Has `listener` told when the directory has its address. @returns what ends that */
    onRecorded(listener: () => Promise<void>): () => void
    /** Has `listener` told each time it has begun to answer. @returns what ends that */
    onUp(listener: () => void): () => void
  }
  /** Ends the program, whose settings are not those that its data were made with. */
  refuse(err: SettingsError): void
  /** Ends the program in order, as on SIGTERM. */
  end(): void
}

/** Connection parameters of every call to an actor. */
export type CallerParams = { secret: string }

/**
 * `onBeforeConnect` of every actor: the actor port has no authentication of its own, so each call
 * proves that it comes from this entryway.
 */
export function requireSecret({ secrets }: Pick<Runner, 'secrets'>) {
  return (_c: unknown, params: CallerParams | undefined) =>
    assertSecret(params?.secret, secrets.actorSecret)
}

/** @throws {UserError} where a caller gives another secret than is expected */
export function assertSecret(given: unknown, expected: string): void {
  if (typeof given === 'string' && isSameSecret(given, expected)) return
  throw new UserError('Forbidden', { code: 'forbidden' })
}

type DbFunctions = Record<string, (db: Db, ...args: never[]) => unknown>
type DbActions<F extends DbFunctions, V> = {
  [K in keyof F]: F[K] extends (db: Db, ...args: infer A) => infer R
    ? (c: { vars: V }, ...args: A) => Promise<Awaited<R>>
    : never
}

/**
 * Makes actions of functions that work on the actor's own database. No answer leaves before
 * everything that it was made of is durable.
 *
 * @param onFault is told of what a function throws
 * @throws {TooLateError}
 */
export function onDatabase<F extends DbFunctions, V extends object = object>(
  functions: F,
  onFault: (vars: V, err: unknown) => void = () => {},
): DbActions<F, V & { db: Db }> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [
      name,
      answering(async (c: { vars: V & { db: Db } }, ...args: never[]) => {
        assertInTime()
        try {
          return await run(c.vars.db, ...args)
        } catch (err) {
          onFault(c.vars, err)
          throw err
        } finally {
          await durable(c.vars.db)
        }
      }),
    ]),
  ) as DbActions<F, V & { db: Db }>
}

/** Lets a {@link Refusal} cross the actor's boundary; every other error stays inside. */
export function answering<A extends unknown[], R>(action: (...args: A) => R) {
  return async (...args: A): Promise<Awaited<R>> => {
    try {
      return await action(...args)
    } catch (err) {
      if (err instanceof Refusal) {
        throw new UserError(err.message, { code: err.code, metadata: err.detail })
      }
      throw err
    }
  }
}
