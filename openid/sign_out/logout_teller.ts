import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import pLimit from 'p-limit'
import type { OwnEndings } from '../../actors/auth/own_endings.ts'
import { OPENID_LOGOUT_LOOK, OPENID_LOGOUT_PAUSES } from '../../base/lifetimes.ts'
import { hasRoom } from '../../base/watching/event_log.ts'
import type { Background } from '../../base/work/background.ts'
import { every } from '../../base/work/every.ts'
import type { EndedOpenidSignIn } from '../../database/account/openid_sign_in.ts'
import type { OpenidEnding } from '../../database/flow/openid_ending.ts'
import type { Services } from '../../sagas/services/services.ts'
import { inOpenidScope } from '../storage/scope.ts'
import type { TellLogout } from './logout.ts'

/**
 * How many accounts are told of at once where it was left undone, and how many clients of one account; and how many
 * accounts are looked at in one round.
 */
const AT_ONCE = 8
const ROUND = 200

const NOT_TAKEN = 'an OpenID client did not take a sign-out'

/** The provider of the moment, by which clients are found and told. */
type Telling = { current(): Promise<{ provider: Provider; tellLogout: TellLogout }> }

/** Tells OpenID clients of sign-ins that have ended, until they take it or it is too late. */
export class LogoutTeller {
  readonly #services: Pick<Services, 'actors' | 'mutex' | 'log'>
  readonly #own: OwnEndings
  readonly #providers: Telling
  readonly #background: Background
  readonly #atOnce = pLimit(AT_ONCE)

  constructor(
    services: Pick<Services, 'actors' | 'mutex' | 'log'>,
    own: OwnEndings,
    providers: Telling,
    background: Background,
  ) {
    this.#services = services
    this.#own = own
    this.#providers = providers
    this.#background = background
  }

  /** Tells of an ending that was made just now. */
  begin(ending: OpenidEnding): void {
    const { did } = ending
    const work = () => this.#tell(ending, new Set())
    this.#background.run('telling OpenID clients of an ending', work, { did })
  }

  /** Tells again what was not taken, and what was interrupted. */
  async goOn(): Promise<void> {
    const due = await this.#own.listDue(ROUND)
    const silent = new Set<string>()
    const tell = (ending: OpenidEnding) => this.#atOnce(() => this.#tell(ending, silent))
    await Promise.all(due.map(tell))
  }

  /** @param silent ids of clients that did not answer in this round, and are not asked once more */
  async #tell(ending: OpenidEnding, silent: Set<string>): Promise<void> {
    const { did } = ending
    const { actors, mutex } = this.#services
    await mutex.run(`openid logout ${did}`, async () => {
      const account = actors.account(did)
      const due = await account.listOpenidSignInsToTell()
      const done: number[] = []
      const again: { id: number; dueAt: number }[] = []
      const tellInTurn = async (mine: readonly EndedOpenidSignIn[]) => {
        for (const signIn of mine) {
          const pause = OPENID_LOGOUT_PAUSES[signIn.tries]
          if (await this.#isDone(did, signIn, silent)) done.push(signIn.id)
          else if (pause === undefined) done.push(signIn.id)
          else again.push({ id: signIn.id, dueAt: Date.now() + pause })
        }
      }
      // No client waits for another one that does not answer.
      const byClient = Map.groupBy(due, ({ clientId }) => clientId)
      const clientsAtOnce = pLimit(AT_ONCE)
      await Promise.all([...byClient.values()].map((mine) => clientsAtOnce(() => tellInTurn(mine))))
      const dueAt = await account.noteOpenidSignInsTold(done, again)
      await this.#own.settle(ending, dueAt)
    })
  }

  /** Tells one client. @returns whether it took it, or need not be told */
  async #isDone(
    did: string,
    { clientId, sid, tries }: EndedOpenidSignIn,
    silent: Set<string>,
  ): Promise<boolean> {
    if (silent.has(clientId)) return false
    try {
      return await inOpenidScope(null, async () => {
        const { provider, tellLogout } = await this.#providers.current()
        const client: (Client & { backchannelLogoutUri?: string }) | undefined =
          await provider.Client.find(clientId)
        if (client?.backchannelLogoutUri) await tellLogout(client, did, sid)
        return true
      })
    } catch (err) {
      silent.add(clientId)
      // The message of the provider has the address, in which may be a secret.
      const { response, cause, name } = err as Error & { response?: Response }
      const why = response?.status ?? (cause instanceof Error ? cause.message : name)
      const { log } = this.#services
      // Whoever has an account and a client that does not answer causes as many as they like.
      if (hasRoom(log, `${NOT_TAKEN} of ${did}`)) log.warn({ did, clientId, tries, why }, NOT_TAKEN)
      return false
    }
  }
}

/** @returns what ends it */
export function startTelling(logouts: LogoutTeller, log: Services['log']): () => void {
  const name = 'telling OpenID clients of endings again'
  return every(OPENID_LOGOUT_LOOK, name, () => logouts.goOn(), log)
}
