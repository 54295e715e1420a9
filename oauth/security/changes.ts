import type { AccountRow } from '../../database/account/profile.ts'
import type { Factors } from '../../factors/kinds.ts'
import type { ChangeStep } from '../../pages/security/factors.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import type { SecurityAction, SecurityTask } from '../security_paths.ts'

/** The tasks that are one change, with a button for it. */
export type ChangeTask = Exclude<SecurityTask, 'app-password' | 'passkeys'>

type Change = Pick<ChangeStep, 'title' | 'lead' | 'button' | 'fields'> & { action: SecurityAction }

/** What can be changed, as it stands. */
export type Changeable = {
  factors: Factors
  account: Pick<AccountRow, 'newDeviceMails' | 'onlyAppPasswords'>
}

/** The change that a task is. */
export function changeOf(
  task: ChangeTask,
  { factors: { totp, mail }, account }: Changeable,
  texts: SecurityTexts,
): Change {
  const names = texts.factorNames
  const turn = (isOn: boolean, off: string, on: string) =>
    isOn
      ? { lead: off, button: texts.turnOff, fields: { on: '0' } }
      : { lead: on, button: texts.turnOn, fields: { on: '1' } }
  switch (task) {
    case 'password':
      return {
        title: texts.takeOff,
        action: 'remove-password',
        lead: texts.takeOffLead,
        button: texts.remove,
      }
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
    case 'new-device-mails':
      return {
        title: texts.newDevices,
        action: 'mails',
        ...turn(account.newDeviceMails, texts.turnedOff, texts.turnedOn),
      }
    case 'only-app-passwords':
      return {
        title: texts.onlyAppPasswords,
        action: 'only-app-passwords',
        ...turn(account.onlyAppPasswords, texts.passwordTaken, texts.passwordRefused),
      }
  }
}
