/** Metadata of a client that are addresses at which this program asks or tells something. */
const REACHED = ['backchannel_logout_uri', 'jwks_uri']

/**
 * Why one of them is never reached, which are reached by https on its usual port alone (`oauth/fetching/safe_fetch.ts`); null
 * where there is no such one. What is no text the provider refuses.
 */
export function unreachable(
  metadata: Record<string, unknown>,
  { dev }: { dev: boolean },
): string | null {
  const isReached = (uri: unknown) => {
    if (typeof uri !== 'string') return true
    const { protocol, port } = URL.parse(uri) ?? {}
    return protocol === 'https:' && port === ''
  }
  const wrong = dev ? undefined : REACHED.find((name) => !isReached(metadata[name]))
  return wrong === undefined ? null : `${wrong} must be an https URL without a port`
}
