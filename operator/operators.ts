import { z } from 'zod'
import { Refusal } from '../base/errors.ts'
import {
  addOperator,
  hasSecondFactor,
  makeOperatorLink,
  removeOperator,
} from '../sagas/operators.ts'
import type { Services } from '../sagas/services.ts'
import { command } from './command.ts'
import { accountName, findAccount } from './find_account.ts'
import { OPERATOR_LINK, OPERATOR_PAGE } from './paths.ts'

const anAccount = z.strictObject({ account: accountName })

/** Lets an account use the operator's page. `hasFactor`: whether it can come in as it is. */
export const add = command(anAccount, async ({ services, by }, input) => {
  const account = await findAccount(services, input.account)
  const { did, handle } = account
  const isNew = await addOperator(services, account, by)
  const hasFactor = await hasSecondFactor(services, did)
  const page = isOff(services) ? null : services.settings.publicUrl + OPERATOR_PAGE
  return { did, handle, isNew, hasFactor, page }
})

/** Times are milliseconds since the epoch. */
export const list = command(z.strictObject({}), async ({ services }) => ({
  operators: await services.actors.directory.listOperators(),
}))

/** @throws {Refusal} InvalidRequest where it is none */
export const remove = command(anAccount, async ({ services, by }, input) => {
  const account = await findAccount(services, input.account)
  const { did, handle } = account
  if (await removeOperator(services, account, by)) return { did, handle }
  const message = `${handle ?? did} is no operator; \`vestibule operator list\` shows them`
  throw new Refusal('InvalidRequest', message)
})

/** An address that opens the operator's page once. @throws {Refusal} InvalidRequest where it is off */
export const link = command(z.strictObject({}), async ({ services }) => {
  if (isOff(services)) {
    throw new Refusal('InvalidRequest', "The operator's page is off (ENTRYWAY_OPERATOR_PAGE)")
  }
  const { secret, expiresAt } = await makeOperatorLink(services)
  const query = new URLSearchParams({ link: secret })
  return { url: `${services.settings.publicUrl}${OPERATOR_LINK}?${query}`, expiresAt }
})

const isOff = ({ settings }: Pick<Services, 'settings'>) => settings.operatorPage.length === 0
