import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Flow } from '../../actors/auth/flow.ts'
import type { Actors } from '../../actors/reach.ts'
import type { Log } from '../../base/watching/log.ts'
import type { Names } from './token_names.ts'

/** What the storage is made of. */
export type Storage = { flow: Flow; actors: Actors; names: Names; log: Log }

/** What the provider stores of one model; what it does not ask for is left out. */
export type Stored = Partial<Adapter>

/** As it is stored: without the secret that it is found by. */
export function written({ jti: _, ...payload }: AdapterPayload): string {
  return JSON.stringify(payload)
}

/** The same as the provider knows it. */
export function readBack(payload: string, jti: string): AdapterPayload {
  return { ...JSON.parse(payload), jti }
}

/** @param expiresIn seconds */
export const expiryOf = (expiresIn: number | undefined) => Date.now() + (expiresIn ?? 0) * 1_000
