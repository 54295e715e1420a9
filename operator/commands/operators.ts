import { Refusal } from '../../base/errors.ts'
import {
  addOperator,
  hasSecondFactor,
  makeOperatorLink,
  removeOperator,
} from '../../sagas/operators.ts'
import type { Services } from '../../sagas/services/services.ts'
import { command } from '../command.ts'
import { findAccount } from '../find_account.ts'
import { inputs } from '../inputs/index.ts'
import { OPERATOR_LINK_PAGE, OPERATOR_PAGE } from '../paths.ts'

/** Lets an account use the operator's page. `hasFactor`: whether it can come in as it is. */
export const add = command(inputs['operator/add'], async ({ services, by }, input) => {
  const account = await findAccount(services, input.account)
  const { did, handle } = account
  const isNew = await addOperator(services, account, by)
  const hasFactor = await hasSecondFactor(services, did)
  const page = isOff(services) ? null : services.settings.publicUrl + OPERATOR_PAGE
  return { did, handle, isNew, hasFactor, page }
})

/** Times are milliseconds since the epoch. */
export const list = command(inputs['operator/list'], async ({ services }) => ({
  operators: await services.actors.directory.listOperators(),
}))

/** @throws {Refusal} InvalidRequest where it is none */
export const remove = command(inputs['operator/remove'], async ({ services, by }, input) => {
  const account = await findAccount(services, input.account)
  const { did, handle } = account
  if (await removeOperator(services, account, by)) return { did, handle }
  const message = `${handle ?? did} is no operator; \`vestibule operator list\` shows them`
  throw new Refusal('InvalidRequest', message)
})

/** An address that opens the operator's page once. @throws {Refusal} InvalidRequest where it is off */
export const link = command(inputs['operator/link'], async ({ services, ground }) => {
  if (isOff(services)) {
    throw new Refusal('InvalidRequest', "The operator's page is off (ENTRYWAY_OPERATOR_PAGE)")
  }
  const { secret, expiresAt } = await makeOperatorLink(services, ground)
  const query = new URLSearchParams({ link: secret })
  return { url: `${services.settings.publicUrl}${OPERATOR_LINK_PAGE}?${query}`, expiresAt }
})

/** Ends every session of the operator's page, by whichever way it was opened, and the links that were printed. */
export const signOut = command(inputs['operator/sign-out'], async ({ services }) => {
  await services.actors.directory.endOperatorSessions()
  return {}
})

const isOff = ({ settings }: Pick<Services, 'settings'>) => settings.operatorPage.length === 0
