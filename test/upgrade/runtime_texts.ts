import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { actor, createClientWithDriver, lookupInRegistry } from 'rivetkit'
import { getInitialActorKvState } from 'rivetkit/driver-helpers'

/** Objects whose functions say their own text: Node has no files, and rivetkit's are bundled. */
const HOLDERS: Record<string, object> = {
  'node IncomingMessage': IncomingMessage.prototype,
  'node ServerResponse': ServerResponse.prototype,
  'node Socket': Socket.prototype,
  'rivetkit ActorInstance': actor({ actions: {} } as never).instantiate(),
  'rivetkit functions': { createClientWithDriver, lookupInRegistry, getInitialActorKvState },
}

/**
 * The text of a function, method or getter of Node or rivetkit.
 *
 * @param holder as `node Socket`
 * @returns null where the holder is none of these
 * @throws {Error} where it has no such member and inherits none
 */
export function runtimeText(holder: string, name: string): string | null {
  const object = HOLDERS[holder]
  if (!object) return null
  for (let of = object; of; of = Object.getPrototypeOf(of)) {
    const member = Object.getOwnPropertyDescriptor(of, name)
    if (member) return String(member.get ?? member.value)
  }
  throw new Error(`There is no ${name}`)
}
