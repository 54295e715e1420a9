import type { z } from 'zod'
import { Refusal } from '../../base/errors.ts'
import { mistakeInAddress, mistakeInUrl } from '../../base/settings/pds_setting.ts'
import { describePds } from '../../pds/describe.ts'
import { isNamed, type Pds } from '../../pds/pds.ts'
import { command, type OperatorContext } from '../command.ts'
import { checkAdminPassword, checkPds } from '../doctor/pds.ts'
import { inputs } from '../inputs/index.ts'

/** Without their passwords. */
export const list = command(inputs['pds/list'], async ({ services }) => {
  const { directory } = services.actors
  const [pdses, counts] = await Promise.all([directory.listPdses(), directory.countAccounts()])
  return {
    pdses: pdses.map(({ adminPassword: _, ...pds }) => ({
      ...pds,
      accounts: counts[pds.did] ?? 0,
    })),
  }
})

/**
 * Looks at a PDS that is to be added. Without an address it is reached where it was, or at its URL.
 *
 * @throws {Refusal} InvalidRequest when it may not be there
 * @throws {UnavailableError} when no PDS answers there
 */
async function lookAt(
  { services }: OperatorContext,
  { url, ...given }: z.output<(typeof inputs)['pds/look']>,
): Promise<Pick<Pds, 'did' | 'url' | 'address'>> {
  const { settings, actors } = services
  const pdses = await actors.directory.listPdses()
  const refuseInside = (pds: Pds | undefined) => {
    if (!pds?.isEmbedded || !settings.embeddedPds) return
    throw new Refusal(
      'InvalidRequest',
      'That is the PDS inside this program, which is set up by it (ENTRYWAY_EMBEDDED_PDS)',
    )
  }
  const known = pdses.find((one) => one.url === url)
  refuseInside(known)
  const address = given.address ?? known?.address ?? url
  refuseWrong('URL', mistakeInUrl(url, settings))
  refuseWrong('address', mistakeInAddress(address, settings))
  const did = given.did ?? (await describePds(address)).did
  refuseInside(pdses.find((one) => one.did === did))
  return { did, url, address }
}

/** Before the password of a PDS is asked for: whether it can be added at all. */
export const look = command(inputs['pds/look'], lookAt)

/**
 * Adds a PDS or changes the address or password of one; what else is wrong with it is answered.
 *
 * @throws {Refusal} InvalidRequest when it does not take the password: what is known stays
 */
export const add = command(inputs['pds/add'], async (context, { adminPassword, ...given }) => {
  const { services } = context
  const { did, url, address } = await lookAt(context, given)
  const pds = { did, url, address, adminPassword }
  const { state, found } = await checkAdminPassword(pds)
  if (state === 'failed') {
    throw new Refusal(
      'InvalidRequest',
      `Nothing is changed: ${url} did not take the admin password (${found})`,
    )
  }
  await services.actors.directory.addPds(pds)
  await services.refreshPdses()
  return { did, url, address, checks: await checkPds(pds, services) }
})

function refuseWrong(what: string, mistake: string | null): void {
  if (mistake) throw new Refusal('InvalidRequest', `The ${what} of a PDS ${mistake}`)
}

/** How new accounts are spread over the PDSes. */
export const place = command(inputs['pds/place'], async (context, { pds, ...placement }) => {
  const { did, url } = await findPds(context, pds)
  const given = Object.entries(placement).filter(([, value]) => value !== undefined)
  await context.services.actors.directory.setPdsPlacement(did, Object.fromEntries(given))
  return { did, url }
})

/** @throws {Refusal} InvalidRequest while accounts live there */
export const remove = command(inputs['pds/remove'], async (context, { pds }) => {
  const { did, url } = await findPds(context, pds)
  await context.services.actors.directory.removePds(did)
  await context.services.refreshPdses()
  return { did, url }
})

/** Whether each PDS is set up for this entryway. */
export const check = command(inputs['pds/check'], async ({ services }) => {
  const pdses = await services.actors.directory.listPdses()
  const checks = await Promise.all(pdses.map((pds) => checkPds(pds, services)))
  return { checks: checks.flat() }
})

/** @param name DID, URL or host name */
async function findPds({ services }: OperatorContext, name: string): Promise<Pds> {
  const pdses = await services.actors.directory.listPdses()
  const [pds, ...others] = pdses.filter((one) => isNamed(one, name))
  if (!pds)
    throw new Refusal(
      'InvalidRequest',
      `No PDS ${name} is behind this entryway; \`vestibule pds list\` shows them`,
    )
  if (others.length > 0)
    throw new Refusal('InvalidRequest', `Several PDSes are named ${name}; use the DID of one`)
  return pds
}
