import { createClient } from 'rivetkit/client'
import { configureDefaultLogger } from 'rivetkit/log'

/** A rivetkit client. What fails is told by who called, and not by rivetkit in a form of its own. */
export function openClient(options: Parameters<typeof createClient>[0]): unknown {
  configureDefaultLogger('error')
  return createClient(options)
}
