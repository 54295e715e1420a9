import { askEach, type Flow } from '../../actors/auth/flow.ts'
import type { OperatorContext } from '../../operator/command.ts'
import { newClientSecret } from './client_secret.ts'

/** The tokens of the operator by which clients register themselves (RFC 7591 section 3, "initial access token"). */
export function createInitialTokens(
  flow: Flow,
  authActors: number,
): OperatorContext['openid']['tokens'] {
  return {
    async add(name, lasts) {
      const token = newClientSecret()
      const createdAt = Date.now()
      const row = { name, createdAt, expiresAt: createdAt + lasts }
      await flow(token).insertOpenidInitialToken(token, row)
      return { token }
    },
    async list() {
      const all = await askEach(flow, authActors, (owner) => owner.listOpenidInitialTokens())
      return all.flat().sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async remove(name) {
      await askEach(flow, authActors, (owner) => owner.deleteOpenidInitialTokens(name))
    },
  }
}
