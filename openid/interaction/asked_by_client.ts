import type { Flow } from '../../actors/auth/flow.ts'

/**
 * How to find where an OpenID client gets back a person who signs in for it.
 *
 * @returns a function of the interaction's id, whose answer is null where it is over
 */
export function askedByClients(flow: Flow) {
  return async (interaction: string): Promise<{ redirect_uri: string } | null> => {
    const row = await flow(interaction).readOpenidRequest('Interaction', interaction)
    const { redirect_uri } = row ? (JSON.parse(row.payload).params ?? {}) : {}
    return typeof redirect_uri === 'string' ? { redirect_uri } : null
  }
}
