import { Refusal } from '../../base/errors.ts'
import { command, type OperatorContext } from '../command.ts'
import { inputs } from '../inputs/index.ts'

/** Registers a client, or changes its metadata (RFC 7591). The secret is told once. */
export const add = command(inputs['openid/client-add'], async ({ openid }, { id, metadata }) => {
  const { secret, isNew } = await openid.register(id, metadata)
  return { id, isNew, secret, issuer: openid.issuer, endpoints: openid.endpoints }
})

/** In the order of their ids; `next` is the `after` of the next page. */
export const list = command(inputs['openid/client-list'], ({ openid }, { after, limit }) =>
  openid.list(after, limit),
)

/** @throws {Refusal} InvalidRequest where there is none */
export const show = command(inputs['openid/client-show'], async (context, input) => {
  const { issuer, endpoints } = context.openid
  return { ...(await find(context, input)), issuer, endpoints }
})

/** The secret of before is good no more. @throws {Refusal} InvalidRequest where there is none */
export const rotateSecret = command(
  inputs['openid/client-rotate-secret'],
  async (context, input) => {
    const { id } = await find(context, input)
    const { secret } = await context.openid.rotateSecret(id)
    return { id, secret }
  },
)

/** What it holds is of no use any more. @throws {Refusal} InvalidRequest where there is none */
export const remove = command(inputs['openid/client-remove'], async (context, input) => {
  const { id } = await find(context, input)
  await context.openid.remove(id)
  return { id }
})

export const rotateKeys = command(inputs['openid/rotate-keys'], async ({ openid }, { atOnce }) => {
  await openid.rotateKeys(atOnce)
  return {}
})

async function find({ openid }: OperatorContext, { id }: { id: string }) {
  const found = await openid.find(id)
  if (found) return found
  const message = `No OpenID client ${id}; \`vestibule openid client list\` shows them`
  throw new Refusal('InvalidRequest', message)
}
