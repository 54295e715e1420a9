import { Refusal } from '../../base/errors.ts'
import { command, type OperatorContext } from '../command.ts'
import { inputs } from '../inputs/index.ts'

/** Registers a protected resource (RFC 8707), or changes it. */
export const add = command(
  inputs['openid/resource-add'],
  async ({ openid }, { address, name = null, ...given }) => {
    const { isNew } = await openid.resources.register(address, { name, ...given })
    return { address, isNew, issuer: openid.issuer }
  },
)

/** Times are milliseconds since the epoch. */
export const list = command(inputs['openid/resource-list'], async ({ openid }) => ({
  resources: await openid.resources.list(),
}))

/** @throws {Refusal} InvalidRequest where there is none */
export const show = command(inputs['openid/resource-show'], find)

/**
 * No token is given for it any more, and what people consented to for it counts no more.
 *
 * @throws {Refusal} InvalidRequest where there is none
 */
export const remove = command(inputs['openid/resource-remove'], async (context, input) => {
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
