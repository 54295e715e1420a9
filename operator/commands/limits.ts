import { Refusal } from '../../base/errors.ts'
import type { NearLimit } from '../../database/limits/near_limit.ts'
import { command } from '../command.ts'
import { inputs } from '../inputs/index.ts'

/** Rate limits in force: counters that are used up, or nearly. `resetsAt` is milliseconds since the epoch. */
export const list = command(inputs['limits/list'], async ({ limits }, { search: text, limit }) => ({
  limits: (await limits.list({ text: text.toLowerCase(), limit })).map(shown),
}))

/** Lets one begin anew. @throws {Refusal} InvalidRequest where there is none */
export const lift = command(inputs['limits/lift'], async ({ limits }, { id }) => {
  const lifted = await limits.lift(id)
  if (lifted) return shown(lifted)
  const message = `No limit ${id} is in force; \`vestibule limits list\` shows them`
  throw new Refusal('InvalidRequest', message)
})

function shown({ id, key, used, points, resetsAt }: NearLimit) {
  const [limit = '', ...subjects] = key.split('\n')
  const whom = subjects.filter(Boolean).join(' at ') || 'everybody'
  return { id, limit, whom, used, of: points, isReached: used >= points, resetsAt }
}
