import { Refusal } from '../../base/errors.ts'
import { command, type OperatorContext } from '../command.ts'
import { inputs } from '../inputs/index.ts'

/** Registers an OAuth client that has no metadata URL, or changes its metadata (RFC 7591). */
export const add = command(inputs['client/add'], async ({ clients }, { id, metadata }) => {
  const { isNew } = await clients.register(id, metadata)
  return { id, isNew }
})

/** In the order of their ids; `next` is the `after` of the next page. */
export const list = command(inputs['client/list'], ({ clients }, { after, limit }) =>
  clients.list(after, limit),
)

/** @throws {Refusal} InvalidRequest where there is none */
export const show = command(inputs['client/show'], find)

/** What it holds cannot be refreshed any more, also where another is registered by its id. @throws {Refusal} InvalidRequest where there is none */
export const remove = command(inputs['client/remove'], async (context, input) => {
  const { id } = await find(context, input)
  await context.clients.remove(id)
  return { id }
})

/** With or without the slash at its end. */
async function find({ clients }: OperatorContext, { id }: { id: string }) {
  const found = (await clients.find(id)) ?? (await clients.find(id.replace(/\/$/, '')))
  if (!found)
    throw new Refusal(
      'InvalidRequest',
      `No client ${id} is registered here; \`vestibule client list\` shows them`,
    )
  return found
}
