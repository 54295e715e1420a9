import type { AppPassword } from '../../database/account/app_password.ts'
import type { AuditEntry } from '../../database/account/audit.ts'
import { MAX_APP_PASSWORD_NAME } from '../../database/account/bounds.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { linksOf } from '../../pages/links.ts'
import { makeStep, proofStep } from '../../pages/security/app_passwords.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { SECURITY_STYLE, securityStep } from '../../pages/security/page.ts'
import type { SecurityTexts } from '../../pages/security/texts.ts'
import { type Frame, writeStep } from '../../pages/sign_in/frame.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { createLook, type Look } from '../../pages/sign_in/look.ts'
import { choiceStep } from '../../pages/sign_in/steps.ts'
import type { Services } from '../../sagas/services.ts'
import type { SignedInEverywhere } from '../../sagas/signed_in.ts'
import { primaryColor } from '../branding.ts'
import {
  ACCOUNT,
  SECURITY,
  SECURITY_ACTIVITY,
  SECURITY_SESSIONS,
  type SecurityTask,
  securityForm,
  securityTask,
} from '../checks/endpoints.ts'
import { revocationNote } from '../pages/revocation_note.ts'
import { Place, wantedOf } from '../sign_in/place.ts'
import { isWrong, languageOf, nameOf, type Outcome, shownName } from '../sign_in/shown.ts'
import type { Browsers } from './downloads.ts'
import type { Done, SecurityForms } from './forms.ts'
import type { Person } from './people.ts'
import { ACTIVITY_DAYS, ACTIVITY_SHOWN, activityItems, signedInItems } from './view.ts'
import type { Visitor } from './visitor.ts'

type Known = {
  signedIn: SignedInEverywhere
  browsers: Browsers
  activity: readonly AuditEntry[]
  appPasswords: readonly AppPassword[]
  done: Done | undefined
}

/** Writes the security page, in the language of who reads it. */
export class SecurityPages {
  readonly #services: Pick<Services, 'settings' | 'pdses'>
  readonly #forms: SecurityForms
  readonly #look: Look

  constructor(services: Pick<Services, 'settings' | 'pdses'>, forms: SecurityForms) {
    const { name, branding } = services.settings
    this.#services = services
    this.#forms = forms
    this.#look = createLook(name, branding, primaryColor(branding), SECURITY_STYLE)
  }

  main(
    { request, person, device, hasOthers }: Visitor,
    { signedIn, browsers, activity, appPasswords, done }: Known,
    outcome: Outcome,
  ): HttpResponse {
    const { did } = person
    const { deviceId } = device
    const language = languageOf({ request })
    const texts = securityTexts[language]
    const at = (path: string) => withQuery(path, request, { account: did })
    const minutes = this.#services.pdses.areAllServedHere
      ? 0
      : this.#services.settings.accessTokenLifetime / 60_000
    const step = securityStep(texts, {
      name: shownName(person),
      language,
      items: signedInItems(signedIn, browsers, deviceId),
      appPasswords: { appPasswords, made: done?.what === 'made' ? done : undefined },
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
    })
    const notices = {
      session: texts.sessionEnded,
      others: texts.othersEnded,
      revoked: texts.revoked,
      made: undefined,
    }
    const notice = done && notices[done.what]
    return writeStep({ ...this.#frame(request, { account: did }), notice, ...outcome }, step)
  }

  /** Where an app password is made. @param name as it was entered */
  make({ request, person, device }: Visitor, name: string, outcome: Outcome): HttpResponse {
    const { did } = person
    const at = (path: string) => withQuery(path, request, { account: did })
    const given = {
      action: at(securityForm('make-app-password')),
      sealed: this.#forms.write(device.deviceId, { did }),
      isWrong: isWrong(outcome),
      name,
      most: MAX_APP_PASSWORD_NAME,
      back: at(SECURITY),
    }
    const step = makeStep(textsFor(request), given, signInTexts[languageOf({ request })])
    return writeStep(
      { ...this.#frame(request, { account: did }, securityTask('app-password')), ...outcome },
      step,
    )
  }

  /** Where the person proves before that that it is them. */
  proof({ request, person, device }: Visitor, task: SecurityTask, outcome: Outcome): HttpResponse {
    const { did } = person
    const { language } = wantedOf(request)
    const at = (path: string) => withQuery(path, request, { account: did })
    const given = {
      action: withQuery(securityForm('prove'), request, { account: did, for: task }),
      sealed: this.#forms.write(device.deviceId, { did }),
      isWrong: isWrong(outcome),
      username: nameOf(person),
      forgotten: Place.forSecurity().page({ step: 'reset-password', language }),
      back: at(SECURITY),
    }
    const step = proofStep(textsFor(request), given, signInTexts[languageOf({ request })])
    return writeStep(
      { ...this.#frame(request, { account: did }, securityTask(task)), ...outcome },
      step,
    )
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
