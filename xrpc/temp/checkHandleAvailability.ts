import { randomInt } from 'node:crypto'
import { Refusal } from '../../base/errors.ts'
import { normalizeEmail } from '../../identity/email_rules.ts'
import type { Services } from '../../sagas/services/services.ts'
import { assertHandleFree } from '../../sagas/sign_up/new_handle.ts'
import { method } from '../method.ts'

const SUGGESTIONS = 3

/** Whether a new account may have this handle of the entryway's own domains, else some like it. */
export default method('com.atproto.temp.checkHandleAvailability', {
  handler: async ({ params }, { services }) => {
    if (params.email !== undefined) checkEmail(params.email)
    const handle = services.handles.forNewAccount(params.handle, { allowReserved: true })
    if (await isAvailable(services, handle)) {
      return {
        handle,
        result: { $type: 'com.atproto.temp.checkHandleAvailability#resultAvailable' },
      }
    }
    return {
      handle,
      result: {
        $type: 'com.atproto.temp.checkHandleAvailability#resultUnavailable',
        suggestions: await suggest(services, handle),
      },
    }
  },
})

function checkEmail(email: string): void {
  try {
    normalizeEmail(email)
  } catch (err) {
    throw err instanceof Refusal ? new Refusal('InvalidEmail', err.message) : err
  }
}

async function isAvailable(services: Services, handle: string): Promise<boolean> {
  try {
    await assertHandleFree(services, handle)
    return true
  } catch (err) {
    if (err instanceof Refusal) return false
    throw err
  }
}

async function suggest(services: Services, handle: string) {
  const [name = '', ...domain] = handle.split('.')
  const candidates = Array.from({ length: 2 * SUGGESTIONS }, () =>
    [`${name.slice(0, 14)}${randomInt(10, 10_000)}`, ...domain].join('.'),
  )
  const free = await Promise.all(candidates.map((candidate) => isAvailable(services, candidate)))
  return candidates
    .filter((_, i) => free[i])
    .slice(0, SUGGESTIONS)
    .map((candidate) => ({ handle: candidate, method: 'number' }))
}
