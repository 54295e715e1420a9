import type { Settings } from '../../base/settings/settings.ts'
import { unreachable } from './client_addresses.ts'

/**
 * Why a client is not registered like this, though the provider would take it; null where nothing is wrong. Of a client that
 * is registered already, or publishes what it is, nobody asks: it worked before this was looked at.
 */
export function faultToRegister(
  metadata: Record<string, unknown>,
  settings: Pick<Settings, 'dev'>,
): string | null {
  const { software_id: id = '' } = metadata
  // RFC 7591 section 2.
  if (typeof id !== 'string') return 'software_id must be a string'
  return unreachable(metadata, settings)
}
