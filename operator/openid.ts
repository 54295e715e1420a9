import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { aPage, command, type OperatorContext } from './command.ts'

const aClient = z.strictObject({ id: z.string().regex(/^[\x21-\x7e]{1,200}$/) })

/** Registers a client, or changes its metadata (RFC 7591). The secret is told once. */
export const add = command(
  aClient.extend({ metadata: z.record(z.string(), z.unknown()) }),
  async ({ openid }, { id, metadata }) => {
    const { secret } = await openid.register(id, metadata)
    return { id, secret, issuer: openid.issuer, endpoints: openid.endpoints }
  },
)

/** In the order of their ids; `next` is the `after` of the next page. */
export const list = command(aPage, ({ openid }, { after, limit }) => openid.list(after, limit))

/** @throws {Refusal} InvalidRequest where there is none */
export const show = command(aClient, async (context, input) => {
  const { issuer, endpoints } = context.openid
  return { ...(await find(context, input)), issuer, endpoints }
})

/** The secret of before is good no more. @throws {Refusal} InvalidRequest where there is none */
export const rotateSecret = command(aClient, async (context, input) => {
  const { id } = await find(context, input)
  const { secret } = await context.openid.rotateSecret(id)
  return { id, secret }
})

/** What it holds is of no use any more. @throws {Refusal} InvalidRequest where there is none */
export const remove = command(aClient, async (context, input) => {
  const { id } = await find(context, input)
  await context.openid.remove(id)
  return { id }
})

export const rotateKeys = command(
  z.strictObject({ atOnce: z.boolean().default(false) }),
  async ({ openid }, { atOnce }) => {
    await openid.rotateKeys(atOnce)
    return {}
  },
)

async function find({ openid }: OperatorContext, { id }: { id: string }) {
  const found = await openid.find(id)
  if (found) return found
  const message = `No OpenID client ${id}; \`vestibule openid client list\` shows them`
  throw new Refusal('InvalidRequest', message)
}
