import type { Flow } from '../actors/auth/flow.ts'
import type { RefreshTokenParts } from '../tokens/refresh_token.ts'
import { noting } from './noted_faults.ts'

/** As the provider generates them; on the wire those of this entryway say more. */
const BARE = /^ref-[0-9a-f]{64}$/

/** Finds whose a refresh token is that a PDS gave before it was adopted; null for any other. */
export type FindCarriedToken = (token: string) => Promise<RefreshTokenParts | null>

export function findingCarriedTokens(flow: Flow): FindCarriedToken {
  const find = noting('findCarriedToken', (token: string) => flow(token).findCarriedToken(token))
  return async (token) => {
    const found = BARE.test(token) ? await find(token) : null
    return found && { ...found, secret: token }
  }
}
