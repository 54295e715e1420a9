import type { AppPassword } from '../../database/account/app_password.ts'
import type { AuditEntry } from '../../database/account/audit.ts'
import { MAX_APP_PASSWORD_NAME, MAX_PASSKEY_NAME } from '../../database/account/bounds.ts'
import type { AccountRow } from '../../database/account/profile.ts'
import type { TrustedDevice } from '../../database/account/trusted_device.ts'
import type { Factors } from '../../factors/kinds.ts'
import { deviceName } from '../../http/device_name.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import type { Script } from '../../http/page/document.ts'
import { linksOf } from '../../pages/links.ts'
import { makeStep } from '../../pages/security/app_passwords.ts'
import { authenticatorStep, changeStep } from '../../pages/security/factors.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { SECURITY_STYLE, securityStep } from '../../pages/security/page.ts'
import { type PasskeyItem, passkeysStep } from '../../pages/security/passkeys.ts'
import { type ProofStep, proofStep } from '../../pages/security/proof.ts'
import { qrCode } from '../../pages/security/qr_code.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import type { PasskeyUse } from '../../pages/sign_in/form.ts'
import { type Frame, type Step, writeStep } from '../../pages/sign_in/frame.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../../pages/sign_in/look.ts'
import { choiceStep } from '../../pages/sign_in/steps.ts'
import { type Challenge, newChallenge } from '../../sagas/passkey_challenge.ts'
import { usePasskeyOptions } from '../../sagas/passkeys.ts'
import type { Services } from '../../sagas/services.ts'
import type { SignedInEverywhere } from '../../sagas/signed_in.ts'
import { primaryColor } from '../branding.ts'
import {
  ACCOUNT,
  SECURITY,
  SECURITY_ACTIVITY,
  SECURITY_SESSIONS,
  type SecurityAction,
  type SecurityTask,
  securityForm,
  securityTask,
} from '../checks/endpoints.ts'
import { revocationNote } from '../pages/revocation_note.ts'
import { Place, wantedOf } from '../sign_in/place.ts'
import { isWrong, languageOf, nameOf, type Outcome, shownName } from '../sign_in/shown.ts'
import type { Browsers } from './downloads.ts'
import { changeOf, type FactorTask } from './factor_changes.ts'
import type { Begun, Done, SecurityForms } from './forms.ts'
import type { Person } from './people.ts'
import {
  ACTIVITY_DAYS,
  ACTIVITY_SHOWN,
  activityItems,
  signedInItems,
  trustedDeviceItems,
} from './view.ts'
import type { Visitor } from './visitor.ts'

/** What it takes to make a passkey. */
type NewPasskey = {
  passkeys: readonly PasskeyItem[]
  options: object
  challenge: Challenge
}

type Known = {
  signedIn: SignedInEverywhere
  browsers: Browsers
  activity: readonly AuditEntry[]
  appPasswords: readonly AppPassword[]
  factors: Factors
  account: Pick<AccountRow, 'newDeviceMails' | 'onlyAppPasswords'>
  passkeys: readonly PasskeyItem[]
  trustedDevices: readonly TrustedDevice[]
  done: Done | undefined
}

/** Writes the security page, in the language of who reads it. */
export class SecurityPages {
  readonly #services: Pick<Services, 'settings' | 'pdses'>
  readonly #script: Script
  readonly #forms: SecurityForms
  readonly #look: Look

  constructor(
    services: Pick<Services, 'settings' | 'pdses'>,
    forms: SecurityForms,
    script: Script,
  ) {
    this.#script = script
    const { name, branding } = services.settings
    this.#services = services
    this.#forms = forms
    this.#look = createLook(name, branding, primaryColor(branding), SECURITY_STYLE)
  }

  main(
    { request, person, device, hasOthers }: Visitor,
    known: Known,
    outcome: Outcome,
  ): HttpResponse {
    const { signedIn, browsers, activity, appPasswords, account, done } = known
    const { factors, passkeys, trustedDevices } = known
    const { did } = person
    const { deviceId } = device
    const { language: chosen } = wantedOf(request)
    const language = languageOf({ request })
    const texts = securityTexts[language]
    const at = (path: string) => withQuery(path, request, { account: did })
    const minutes = this.#services.pdses.areAllServedHere
      ? 0
      : this.#services.settings.accessTokenLifetime / 60_000
    const shown = {
      name: shownName(person),
      language,
      items: signedInItems(signedIn, browsers, deviceId),
      factors: {
        factors,
        passkeys: passkeys.map(({ name }) => name),
        recoveryCodes: done?.what === 'factors' ? done.recoveryCodes : undefined,
        ways: {
          password: Place.forSecurity().page({ step: 'reset-password', language: chosen }),
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
      activity: activityItems(activity, browsers),
      days: ACTIVITY_DAYS,
      isMore: activity.length > ACTIVITY_SHOWN,
      howSoon: revocationNote(language, minutes),
      sealed: this.#forms.write(deviceId, { did }),
      endSession: at(securityForm('end-session')),
      endOthers: at(securityForm('end-others')),
      makeAppPassword: at(securityTask('app-password')),
      revokeAppPassword: at(securityForm('revoke-app-password')),
      sessionsFile: at(SECURITY_SESSIONS),
      activityFile: at(SECURITY_ACTIVITY),
      others: hasOthers ? withQuery(SECURITY, request, {}) : undefined,
      accountPage: `${ACCOUNT}/u/${encodeURIComponent(nameOf(person))}`,
    }
    const step = securityStep(texts, shown, signInTexts[language])
    const notices = {
      session: texts.sessionEnded,
      others: texts.othersEnded,
      revoked: texts.revoked,
      factors: texts.factorsChanged,
      set: texts.settingSaved,
      trust: texts.trustRevoked,
      made: undefined,
    }
    const notice = done && notices[done.what]
    return writeStep({ ...this.#frame(request, { account: did }), notice, ...outcome }, step)
  }

  /** Where an app password is made. @param name as it was entered */
  make(visitor: Visitor, name: string, outcome: Outcome): HttpResponse {
    const step = makeStep(
      textsFor(visitor.request),
      { ...this.#given(visitor, 'make-app-password', outcome), name, most: MAX_APP_PASSWORD_NAME },
      signInTexts[languageOf(visitor)],
    )
    return this.#write(visitor, 'app-password', step, outcome)
  }

  /** The passkeys, and where one is made. */
  passkeys(
    visitor: Visitor,
    { passkeys, options, challenge }: NewPasskey,
    outcome: Outcome,
  ): HttpResponse {
    const { request, person } = visitor
    const at = (action: SecurityAction) =>
      withQuery(securityForm(action), request, { account: person.did })
    const step = passkeysStep(
      textsFor(request),
      {
        ...this.#given(visitor, 'add-passkey', outcome, { challenge }),
        language: languageOf(visitor),
        passkeys,
        passkey: { script: this.#script, options: JSON.stringify(options) },
        add: at('add-passkey'),
        rename: at('rename-passkey'),
        remove: at('remove-passkey'),
        most: MAX_PASSKEY_NAME,
        suggested: deviceName(request.headers.get('user-agent')),
      },
      signInTexts[languageOf(visitor)],
    )
    return this.#write(visitor, 'passkeys', step, outcome)
  }

  /** Whether a factor is to be changed, and what comes of it. */
  change(visitor: Visitor, task: FactorTask, factors: Factors): HttpResponse {
    const { action, fields, ...words } = changeOf(task, factors, textsFor(visitor.request))
    const step = changeStep(
      { ...this.#given(visitor, action), ...words, ...(fields && { fields }) },
      signInTexts[languageOf(visitor)],
    )
    return this.#write(visitor, task, step)
  }

  /** Where an authenticator that was begun is set up in its app. */
  async authenticator(
    visitor: Visitor,
    begun: Begun,
    outcome: Outcome = {},
  ): Promise<HttpResponse> {
    const step = authenticatorStep(
      textsFor(visitor.request),
      {
        ...this.#given(visitor, 'confirm-authenticator', outcome, { begun }),
        ...begun,
        qrCode: await qrCode(begun.uri),
      },
      signInTexts[languageOf(visitor)],
    )
    return this.#write(visitor, 'authenticator', step, outcome)
  }

  /** Where the person proves before that that it is them. */
  proof(
    visitor: Visitor,
    task: SecurityTask,
    asked: Pick<ProofStep, 'kind' | 'others' | 'hint'>,
    outcome: Outcome,
  ): HttpResponse {
    const { request, person } = visitor
    const { language } = wantedOf(request)
    const challenge = asked.kind === 'passkey' ? newChallenge() : undefined
    const given = {
      ...this.#given(visitor, 'prove', outcome, { challenge }),
      passkey: challenge && this.#use(challenge),
      ...asked,
      action: withQuery(securityForm('prove'), request, { account: person.did, for: task }),
      username: nameOf(person),
      forgotten: Place.forSecurity().page({ step: 'reset-password', language }),
    }
    const step = proofStep(textsFor(request), given, signInTexts[languageOf(visitor)])
    return this.#write(visitor, task, step, outcome)
  }

  /** Which of the accounts of this browser. */
  choice(request: HttpRequest, people: readonly Person[]): HttpResponse {
    const { language } = wantedOf(request)
    const signIn = Place.forSecurity()
    const step = choiceStep(signInTexts[languageOf({ request })], {
      accounts: people.map(({ did, handle, basis }) => ({
        name: shownName({ did, handle }),
        href: basis
          ? withQuery(SECURITY, request, { account: did })
          : signIn.page({ account: did, language }),
        isPasswordNeeded: basis === null,
      })),
      other: signIn.page({ step: 'sign-in', language }),
      signUp: undefined,
      cancel: undefined,
    })
    return writeStep(this.#frame(request, {}), step)
  }

  #use(challenge: Challenge): PasskeyUse {
    const options = JSON.stringify(usePasskeyOptions(this.#services, challenge))
    return { script: this.#script, options }
  }

  /** What every form of a task has. */
  #given(
    { request, person, device }: Visitor,
    action: SecurityAction,
    outcome: Outcome = {},
    more: { begun?: Begun; challenge?: Challenge | undefined } = {},
  ) {
    const { did } = person
    return {
      action: withQuery(securityForm(action), request, { account: did }),
      sealed: this.#forms.write(device.deviceId, { did, ...more }),
      isWrong: isWrong(outcome),
      back: withQuery(SECURITY, request, { account: did }),
    }
  }

  #write({ request, person }: Visitor, task: SecurityTask, step: Step, outcome: Outcome = {}) {
    const frame = this.#frame(request, { account: person.did }, securityTask(task))
    return writeStep({ ...frame, ...outcome }, step)
  }

  #frame(request: HttpRequest, query: Record<string, string>, path = SECURITY): Frame {
    const language = languageOf({ request })
    return {
      look: this.#look,
      language,
      inLanguage: (lang) => withQuery(path, request, { ...query, lang }),
      links: linksOf(this.#services.settings.branding.links, language),
      forms: ["'self'"],
    }
  }
}

/** What the page says to who sends a request. */
export function textsFor(request: HttpRequest): SecurityTexts {
  return securityTexts[languageOf({ request })]
}

/** Another address of the page, in the language that was chosen. */
export function withQuery(
  path: string,
  request: HttpRequest,
  query: Record<string, string>,
): string {
  const { language } = wantedOf(request)
  const all = new URLSearchParams({ ...(language && { lang: language }), ...query })
  return all.size > 0 ? `${path}?${all}` : path
}
