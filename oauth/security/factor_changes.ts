import type { Factors } from '../../factors/kinds.ts'
import type { ChangeStep } from '../../pages/security/factors.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import type { SecurityAction, SecurityTask } from '../checks/endpoints.ts'

/** The tasks that change a second factor. */
export type FactorTask = Exclude<SecurityTask, 'app-password' | 'passkeys'>

type Change = Pick<ChangeStep, 'title' | 'lead' | 'button' | 'fields'> & { action: SecurityAction }

/** How a factor can be changed, as it stands. */
export function changeOf(task: FactorTask, { totp, mail }: Factors, texts: SecurityTexts): Change {
  const names = texts.factorNames
  switch (task) {
    case 'authenticator':
      return {
        title: names.totp,
        ...(totp
          ? { action: 'remove-authenticator', lead: texts.removeLead, button: texts.remove }
          : { action: 'begin-authenticator', lead: texts.setUpLead, button: texts.setUp }),
      }
    case 'code-by-mail':
      return {
        title: names.mail,
        action: 'switch-mail-code',
        ...(mail
          ? { lead: texts.switchOffLead, button: texts.switchOff, fields: { on: '0' } }
          : { lead: texts.switchOnLead, button: texts.switchOn, fields: { on: '1' } }),
      }
    case 'recovery-codes':
      return {
        title: names.recovery,
        action: 'renew-recovery-codes',
        lead: texts.renewLead,
        button: texts.renew,
      }
  }
}
