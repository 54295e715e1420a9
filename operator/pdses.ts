import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import { describePds } from '../pds/describe.ts'
import type { Pds } from '../pds/pds.ts'
import { checkPds } from './check_pds.ts'
import { command, type OperatorContext } from './command.ts'

const aPds = z.strictObject({ pds: z.string() })
const origin = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)

/** Without their passwords. */
export const list = command(z.strictObject({}), async ({ services }) => {
  const { directory } = services.actors
  const [pdses, counts] = await Promise.all([directory.listPdses(), directory.countAccounts()])
  return {
    pdses: pdses.map(({ adminPassword: _, ...pds }) => ({
      ...pds,
      accounts: counts[pds.did] ?? 0,
    })),
  }
})

/** Adds a PDS or changes the address or password of one; what is wrong with it is answered. */
export const add = command(
  z.strictObject({ url: origin, adminPassword: z.string().min(1), did: z.string().optional() }),
  async ({ services }, { url, adminPassword, did }) => {
    if (url.startsWith('http:') && !services.settings.dev) {
      throw new Refusal('InvalidRequest', 'The URL of a PDS must be https')
    }
    const pds = { url, adminPassword, did: did ?? (await describePds(url)).did }
    await services.actors.directory.addPds(pds)
    return { did: pds.did, url, checks: await checkPds(pds, services) }
  },
)

/** How new accounts are spread over the PDSes. */
export const place = command(
  aPds.extend({
    open: z.boolean().optional(),
    weight: z.int().min(0).optional(),
    capacity: z.int().min(0).nullable().optional(),
  }),
  async (context, { pds, ...placement }) => {
    const { did, url } = await findPds(context, pds)
    const given = Object.entries(placement).filter(([, value]) => value !== undefined)
    await context.services.actors.directory.setPdsPlacement(did, Object.fromEntries(given))
    return { did, url }
  },
)

/** @throws {Refusal} InvalidRequest while accounts live there */
export const remove = command(aPds, async (context, { pds }) => {
  const { did, url } = await findPds(context, pds)
  await context.services.actors.directory.removePds(did)
  return { did, url }
})

/** Whether each PDS is set up for this entryway. */
export const check = command(z.strictObject({}), async ({ services }) => {
  const pdses = await services.actors.directory.listPdses()
  const checks = await Promise.all(pdses.map((pds) => checkPds(pds, services)))
  return { checks: checks.flat() }
})

/** @param name DID or URL */
async function findPds({ services }: OperatorContext, name: string): Promise<Pds> {
  const pdses = await services.actors.directory.listPdses()
  const pds = pdses.find(({ did, url }) => did === name || url === name.replace(/\/$/, ''))
  if (!pds) throw new Refusal('InvalidRequest', `No PDS ${name} behind this entryway`)
  return pds
}
