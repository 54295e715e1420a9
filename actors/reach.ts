import { DamagedAccountError, Refusal, UnavailableError } from '../base/errors.ts'
import type { Settings } from '../base/settings/settings.ts'
import { TooLateError } from '../base/time/in_time.ts'
import type { EndingTeller } from '../http/endings.ts'
import type { Answer, RequestEnvelope } from '../http/envelope.ts'
import { asDamaged } from './account/damage.ts'
import type { accountFunctions } from './account/index.ts'
import { aroundCalls } from './around_calls.ts'
import { keyOfPart } from './directory/part_number.ts'
import { directoryOf } from './directory/parts/index.ts'
import type { DirectoryPart, DirectoryStub } from './directory/stub.ts'
import type { CallerParams } from './runner.ts'
import type { StubOf } from './stub_of.ts'
import { isUserError } from './user_error.ts'

export type AccountStub = StubOf<typeof accountFunctions>

/** An auth actor as the other auth actors know it. */
export type AuthPeer = EndingTeller & {
  answer(envelope: RequestEnvelope): Promise<Answer>
  /** Asks it about something that it owns (`actors/auth/owners.ts`). */
  owned(name: string, args: unknown[]): Promise<unknown>
  /** Over how many auth actors the flow state is spread. */
  authActors(): Promise<number>
  /** In how many parts the directory is. */
  directories(): Promise<number>
  /** Has it fetch the DID document anew when it is next asked for. */
  forgetDocument(did: string): Promise<void>
  /** Has it read anew which PDSes there are. */
  refreshPdses(): Promise<void>
}

/** How one actor reaches the others. */
export type Actors = {
  auth(number: number): AuthPeer
  /** The same for who can do without it: a call fails as soon as it is away, in place of waiting for it. */
  authUnlessAway(number: number): AuthPeer
  /** Whether it is known that this auth actor cannot be reached for now. */
  isAuthAway(number: number): boolean
  account(did: string): AccountStub
  directory: DirectoryStub
}

type Getter = { getOrCreate(key: string[], options: { params: CallerParams }): object }

/** A rivetkit client, as far as it is used. */
export type ActorsClient = { auth: Getter; account: Getter; directory: Getter }

/** The actors as seen through a rivetkit client; every call carries the shared secret. */
export function connectActors(
  client: ActorsClient,
  secret: string,
  settings: Pick<Settings, 'directories'>,
): Actors {
  const params = { secret }
  const auth = (number: number) =>
    refusing(client.auth.getOrCreate([String(number)], { params }), 'auth') as AuthPeer
  return {
    auth,
    authUnlessAway: auth,
    isAuthAway: () => false,
    account: (did) =>
      refusing(client.account.getOrCreate([did], { params }), 'account') as AccountStub,
    directory: reachDirectory(settings, (key) =>
      refusing(client.directory.getOrCreate([key], { params }), 'directory'),
    ),
  }
}

/** @param part reaches the actor with a key, which is a part of the directory */
export function reachDirectory(
  { directories }: Pick<Settings, 'directories'>,
  part: (key: string) => object,
): DirectoryStub {
  const numbers = [...Array(directories).keys()]
  return directoryOf(numbers.map((number) => part(keyOfPart(number)) as DirectoryPart))
}

/**
 * The same actors, but that some calls of an account are made by `instead`. It stands on the way of
 * each request, so nothing is made for these calls before one of them is asked for.
 */
export function replacingCalls<N extends keyof AccountStub>(
  actors: Actors,
  names: ReadonlySet<N>,
  instead: (did: string, account: AccountStub, name: N) => (...args: never[]) => Promise<unknown>,
): Actors {
  return {
    ...actors,
    account: (did) =>
      new Proxy(actors.account(did), {
        get: (account, name, receiver) =>
          names.has(name as N)
            ? instead(did, account, name as N)
            : Reflect.get(account, name, receiver),
      }),
  }
}

/**
 * Turns what comes back over an actor's boundary into this program's errors: an expected "no" is a
 * {@link Refusal} again, what was not begun stays that, and so does an account that is damaged; everything else means
 * that the actor could not do its work.
 */
export function refusing<S extends object>(stub: S, name: string): S {
  return aroundCalls(stub, (ask) =>
    Promise.resolve(ask()).catch((err: unknown) => {
      if (isUserError(err)) throw new Refusal(err.code, err.message, err.metadata)
      if (err instanceof TooLateError) throw err
      const told = name === 'account' ? asDamaged(err) : err
      if (told instanceof DamagedAccountError) throw told
      throw new UnavailableError(`The ${name} actor`, { cause: err })
    }),
  )
}
