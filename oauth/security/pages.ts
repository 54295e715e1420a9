import type { AuditEntry } from '../../database/account/audit.ts'
import { type PageLanguage, pageLanguage } from '../../http/language.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { linksOf } from '../../pages/links.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { SECURITY_STYLE, securityStep } from '../../pages/security/page.ts'
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
  securityForm,
} from '../checks/endpoints.ts'
import { revocationNote } from '../pages/revocation_note.ts'
import { Place, wantedOf } from '../sign_in/place.ts'
import type { Browsers } from './downloads.ts'
import type { Done, SecurityForms } from './forms.ts'
import type { Person } from './people.ts'
import { ACTIVITY_DAYS, ACTIVITY_SHOWN, activityItems, signedInItems } from './view.ts'

type Shown = { request: HttpRequest; person: Person; deviceId: string; hasOthers: boolean }

type Known = {
  signedIn: SignedInEverywhere
  browsers: Browsers
  activity: readonly AuditEntry[]
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

  page(
    { request, person, deviceId, hasOthers }: Shown,
    { signedIn, browsers, activity }: Known,
    outcome: Done | 'stale' | undefined,
  ): HttpResponse {
    const { did, handle } = person
    const language = languageOf(request)
    const texts = securityTexts[language]
    const at = (path: string) => withQuery(path, request, { account: did })
    const minutes = this.#services.pdses.areAllServedHere
      ? 0
      : this.#services.settings.accessTokenLifetime / 60_000
    const step = securityStep(texts, {
      name: handle === null ? did : `@${handle}`,
      language,
      items: signedInItems(signedIn, browsers, deviceId),
      activity: activityItems(activity, browsers),
      days: ACTIVITY_DAYS,
      isMore: activity.length > ACTIVITY_SHOWN,
      howSoon: revocationNote(language, minutes),
      sealed: this.#forms.write(deviceId, did),
      endSession: at(securityForm('end-session')),
      endOthers: at(securityForm('end-others')),
      sessionsFile: at(SECURITY_SESSIONS),
      activityFile: at(SECURITY_ACTIVITY),
      others: hasOthers ? withQuery(SECURITY, request, {}) : undefined,
      accountPage: `${ACCOUNT}/u/${encodeURIComponent(handle ?? did)}`,
    })
    const said =
      outcome === 'stale'
        ? { alert: texts.stale, status: 400 }
        : outcome && { notice: outcome === 'others' ? texts.othersEnded : texts.sessionEnded }
    return writeStep({ ...this.#frame(request, { account: did }), ...said }, step)
  }

  /** Which of the accounts of this browser. */
  choice(request: HttpRequest, people: readonly Person[]): HttpResponse {
    const { language } = wantedOf(request)
    const signIn = Place.forSecurity()
    const step = choiceStep(signInTexts[languageOf(request)], {
      accounts: people.map(({ did, handle, basis }) => ({
        name: handle === null ? did : `@${handle}`,
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

  #frame(request: HttpRequest, query: Record<string, string>): Frame {
    const language = languageOf(request)
    return {
      look: this.#look,
      language,
      inLanguage: (lang) => withQuery(SECURITY, request, { ...query, lang }),
      links: linksOf(this.#services.settings.branding.links, language),
      forms: ["'self'"],
    }
  }
}

function languageOf(request: HttpRequest): PageLanguage {
  return wantedOf(request).language ?? pageLanguage(request.headers.get('accept-language'))
}

/** Another address of the page, in the language that was chosen. */
function withQuery(path: string, request: HttpRequest, query: Record<string, string>): string {
  const { language } = wantedOf(request)
  const all = new URLSearchParams({ ...(language && { lang: language }), ...query })
  return all.size > 0 ? `${path}?${all}` : path
}
