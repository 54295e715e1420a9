import { CALLERS, type Caller } from '../callers.ts'
import type { Client, Input } from '../client.ts'
import { described, leastInput } from '../lexicons.ts'

/** What ends a session or an account comes after everything else. */
const LAST = [
  'server.deactivateAccount',
  'admin.updateAccountPassword',
  'server.deleteSession',
  'admin.deleteAccount',
]
const inOrder = described.toSorted((a, b) => LAST.indexOf(a.nsid) - LAST.indexOf(b.nsid))

const LANES = 4

/** Each method, called by everybody. */
export async function callers(c: Client): Promise<void> {
  const waiting = [...CALLERS]
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await callAll(c, next)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

async function callAll(everybody: Client, { name, prepare }: Caller): Promise<void> {
  const c = everybody.another()
  const person = await c.newPerson('cal')
  const show = await prepare(c, person)
  for (const method of inOrder) {
    const shown = await show(method.nsid)
    await everybody.note(
      `${method.nsid} by ${name}`,
      c.call(method, leastInput(method, person) as Input, shown),
    )
  }
}
