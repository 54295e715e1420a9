import { createClient } from 'rivetkit/client'
import { configureDefaultLogger } from 'rivetkit/log'

/**
 * A rivetkit client. What fails is told by who called, and not by rivetkit in a form of its own.
 *
 * @param told what rivetkit says on standard output all the same
 */
export function openClient(
  options: Parameters<typeof createClient>[0],
  told: 'error' | 'silent' = 'error',
): unknown {
  configureDefaultLogger(told)
  return createClient(options)
}
