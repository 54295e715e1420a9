import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { command, type OperatorContext } from './command.ts'

const anAddress = z.strictObject({ address: z.string().regex(/^[\x21-\x7e]{1,500}$/) })

/** RFC 6749 section 3.3: what a scope may consist of. */
const aScope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/)

/** Registers a protected resource (RFC 8707), or changes it. */
export const add = command(
  anAddress.extend({
    name: z.string().trim().min(1).max(100).optional(),
    scopes: z.array(aScope).min(1).max(100),
    alg: z.enum(['RS256', 'ES256']).default('RS256'),
  }),
  async ({ openid }, { address, name = null, ...given }) => {
    await openid.resources.register(address, { name, ...given })
    return { address, issuer: openid.issuer }
  },
)

/** Times are milliseconds since the epoch. */
export const list = command(z.strictObject({}), async ({ openid }) => ({
  resources: await openid.resources.list(),
}))

/** @throws {Refusal} InvalidRequest where there is none */
export const show = command(anAddress, find)

/**
 * No token is given for it any more, and what people consented to for it counts no more.
 *
 * @throws {Refusal} InvalidRequest where there is none
 */
export const remove = command(anAddress, async (context, input) => {
  const { address } = await find(context, input)
  await context.openid.resources.remove(address)
  return { address }
})

async function find({ openid }: OperatorContext, { address }: { address: string }) {
  const found = await openid.resources.find(address)
  if (found) return found
  const message = `No protected resource ${address}; \`vestibule openid resource list\` shows them`
  throw new Refusal('InvalidRequest', message)
}
