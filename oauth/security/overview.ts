import type { AppPassword } from '../../database/account/app_password.ts'
import type { Activity } from '../../database/account/audit.ts'
import type { TrustedDevice } from '../../database/account/trusted_device.ts'
import { wishOf } from '../../http/language.ts'
import { securityStep } from '../../pages/security/page.ts'
import type { PasskeyItem } from '../../pages/security/passkeys.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import type { Step } from '../../pages/sign_in/frame.ts'
import type { OwnInvites } from '../../sagas/sign_up/invites.ts'
import { revocationNote } from '../pages/revocation_note.ts'
import {
  SECURITY,
  SECURITY_ACTIVITY,
  SECURITY_SESSIONS,
  securityForm,
  securityTask,
} from '../security_paths.ts'
import { Place } from '../sign_in/place.ts'
import { languageOf, nameOf, shownName, textsFor as signInTextsFor } from '../sign_in/shown.ts'
import type { Changeable } from './changes.ts'
import type { Browsers } from './downloads.ts'
import type { Done } from './forms.ts'
import {
  ACTIVITY_DAYS,
  type AppNames,
  activityItems,
  inviteItem,
  type ShownPage,
  signedInItems,
  trustedDeviceItems,
} from './items.ts'
import { textsFor, withQuery } from './language.ts'
import { pageQuery } from './page_number.ts'
import type { Visitor } from './visitor.ts'

/** What is known of an account for the page that shows all of it. */
export type Known = Changeable & {
  shown: ShownPage
  browsers: Browsers
  apps: AppNames
  activity: Activity
  appPasswords: readonly AppPassword[]
  passkeys: readonly PasskeyItem[]
  trustedDevices: readonly TrustedDevice[]
  invites: OwnInvites | null
  done: Done | undefined
}

type Given = {
  /** Into each form. */
  sealed: string
  /** For which an app can go on that is signed out; 0 where it cannot. */
  minutes: number
  /** Of this service, before its paths. */
  publicUrl: string
}

/** All of it on one page, with the ways from there. */
export function overviewStep(
  visitor: Visitor,
  known: Known,
  { sealed, minutes, publicUrl }: Given,
): Step {
  const { request, person, device, hasOthers } = visitor
  const { browsers, apps, activity, appPasswords, account, done } = known
  const { signedIn, number, pages } = known.shown
  const { factors, passkeys, trustedDevices, invites } = known
  const { deviceId } = device
  const language = languageOf(visitor)
  const at = (path: string, query: Record<string, string> = {}) =>
    withQuery(path, request, { account: person.did, ...query })
  const page = (other: number) => at(SECURITY, pageQuery(other))
  const shown = {
    name: shownName(person),
    language,
    items: signedInItems(signedIn, { browsers, apps }, deviceId, language),
    newer: number > 1 ? page(number - 1) : undefined,
    older: number < pages ? page(number + 1) : undefined,
    factors: {
      factors,
      passkeys: passkeys.map(({ name }) => name),
      recoveryCodes: done?.what === 'factors' ? done.recoveryCodes : undefined,
      ways: {
        password: Place.forSecurity(wishOf(request.url)).page({ step: 'reset-password' }),
        noPassword: at(securityTask('password')),
        passkeys: at(securityTask('passkeys')),
        authenticator: at(securityTask('authenticator')),
        codeByMail: at(securityTask('code-by-mail')),
        recoveryCodes: at(securityTask('recovery-codes')),
      },
    },
    trustedDevices: trustedDeviceItems(trustedDevices, deviceId),
    revokeTrustedDevice: at(securityForm('revoke-trusted-device')),
    appPasswords: {
      appPasswords,
      made: done?.what === 'made' ? done : undefined,
      only: account.onlyAppPasswords,
      setOnly: at(securityForm('only-app-passwords')),
    },
    mails: { newDevices: account.newDeviceMails, action: at(securityForm('mails')) },
    invites: invites
      ? {
          ...invites,
          codes: invites.codes.map((each) => inviteItem(each, publicUrl)),
          isMade: done?.what === 'invited',
          make: at(securityForm('make-invite')),
          disable: at(securityForm('disable-invite')),
        }
      : undefined,
    activity: activityItems(activity.entries, { browsers, apps }, language),
    days: ACTIVITY_DAYS,
    isMore: activity.isMore,
    howSoon: revocationNote(language, minutes),
    sealed,
    endSession: at(securityForm('end-session'), pageQuery(number)),
    endOthers: at(securityForm('end-others')),
    makeAppPassword: at(securityTask('app-password')),
    revokeAppPassword: at(securityForm('revoke-app-password')),
    sessionsFile: at(SECURITY_SESSIONS),
    activityFile: at(SECURITY_ACTIVITY),
    others: hasOthers ? withQuery(SECURITY, request, {}) : undefined,
    accountPage: Place.forAccount(wishOf(request.url)).accountPage(nameOf(person)),
  }
  return securityStep(textsFor(request), shown, signInTextsFor(visitor))
}

/** What went well, in one sentence; what was made and is shown says it itself. */
export function noticeOf({ what }: Done, texts: SecurityTexts): string | undefined {
  const notices = {
    session: texts.sessionEnded,
    others: texts.othersEnded,
    revoked: texts.revoked,
    factors: texts.factorsChanged,
    set: texts.settingSaved,
    trust: texts.trustRevoked,
    uninvited: texts.inviteDisabled,
    made: undefined,
    invited: undefined,
    entered: undefined,
  }
  return notices[what]
}
