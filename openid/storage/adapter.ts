import type { Adapter } from 'oidc-provider'
import { Refusal } from '../../base/errors.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { OPENID_PUSHED } from '../../database/flow/bounds.ts'
import { accountSessions, grants } from './account_adapters.ts'
import { deviceCodes } from './device_adapter.ts'
import { initialTokens, registering, registrationTokens } from './registration_adapters.ts'
import { clients, interactions, requests, sessionsBefore } from './request_adapters.ts'
import { signInEnded } from './sign_in_ended.ts'
import type { Storage, Stored } from './stored.ts'
import { tokens } from './token_adapters.ts'

/**
 * Where the provider keeps each of its models: what is there before a person is known in the flow state
 * with its owner, everything of a person in that account's database.
 */
export function createAdapter(
  storage: Storage,
  settings: Pick<Settings, 'authActors' | 'dev'>,
): (model: string) => Adapter {
  const stores: Record<string, Stored> = {
    Client: registering(storage, settings, clients(storage)),
    RegistrationAccessToken: registrationTokens(storage),
    InitialAccessToken: initialTokens(storage),
    Interaction: interactions(storage),
    [OPENID_PUSHED]: requests(storage, OPENID_PUSHED),
    Session: accountSessions(storage, sessionsBefore(storage)),
    Grant: grants(storage),
    AuthorizationCode: tokens(storage, 'AuthorizationCode'),
    AccessToken: tokens(storage, 'AccessToken'),
    RefreshToken: tokens(storage, 'RefreshToken'),
    DeviceCode: deviceCodes(storage),
  }
  return (model) => ({ ...missing(model), ...translating(stores[model] ?? {}) })
}

/** What an account refuses, as the provider knows it. */
function translating(store: Stored): Stored {
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      try {
        return await (method as (...given: never[]) => unknown)(...args)
      } catch (err) {
        if (err instanceof Refusal) throw signInEnded()
        throw err
      }
    },
  ])
  return Object.fromEntries(methods)
}

const METHODS = [
  'upsert',
  'find',
  'findByUserCode',
  'findByUid',
  'consume',
  'destroy',
  'revokeByGrantId',
] as const

function missing(model: string): Adapter {
  const refusing = (method: string) => async () => {
    throw new Error(`The OpenID provider does not store ${model} (${method})`)
  }
  return Object.fromEntries(METHODS.map((name) => [name, refusing(name)])) as unknown as Adapter
}
