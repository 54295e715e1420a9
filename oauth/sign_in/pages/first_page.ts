import type { HttpResponse } from '../../../http/message.ts'
import type { Services } from '../../../sagas/services/services.ts'
import { requestScope } from '../../../stores/request_scope.ts'
import { shownTrust } from '../cookies/trust.ts'
import { nameOf, type Outcome, type Shown, shownName } from '../shown.ts'
import { isOfSignedIn, type Visit } from '../visit.ts'
import { PermissionPages } from './permission_pages.ts'
import type { SignInPages } from './sign_in_pages.ts'

/** Chooses which page of a sign-in comes before the provider's. */
export class FirstPage {
  readonly #services: Pick<Services, 'settings'>
  readonly #pages: SignInPages
  readonly #permissions: PermissionPages

  constructor(services: Pick<Services, 'settings'>, pages: SignInPages) {
    this.#services = services
    this.#pages = pages
    this.#permissions = new PermissionPages(pages)
  }

  write(shown: Shown, visit: Visit, outcome: Outcome = {}): HttpResponse {
    const { place, wanted, sessions, hint, canSignUp } = visit
    if (wanted.step === 'reset-password') return this.#pages.reset(shown, '')
    if (wanted.step === 'new-password') return this.#pages.newPassword(shown, '')
    if (isOfSignedIn(wanted) && visit.asked && visit.selected) {
      const to = {
        asked: visit.asked,
        did: visit.selected.account.did,
        name: shownName(visit.selected.account),
      }
      if (wanted.step === 'reactivate') return this.#pages.reactivation(shown, to)
      return wanted.step === 'consent'
        ? this.#permissions.consent(shown, to)
        : this.#permissions.permissions(shown, to)
    }
    const another = wanted.step === 'sign-in' && hint === undefined
    const isDamaged = (did: string) => requestScope().damaged.has(did)
    const isOneWanted = wanted.account !== undefined && !isDamaged(wanted.account)
    const isChoice = sessions.length > 0 && !isOneWanted && !another
    // It says, too, that an account is damaged.
    const isWorthIt = sessions.some((each) => !each.loginRequired || isDamaged(each.account.did))
    if (isChoice && (hint === undefined || isWorthIt)) {
      return this.#pages.choice(shown, visit, outcome)
    }
    const chosen = another
      ? undefined
      : sessions.find((each) => each.account.did === wanted.account)
    const known = hint === undefined ? chosen : sessions[0]
    const fixed = hint ?? (chosen && nameOf(chosen.account))
    const isBackToChoice = hint === undefined && sessions.length > 0
    const page = {
      username: fixed ?? place.suggestedName,
      isNameFixed: fixed !== undefined,
      // Who confirms a sign-in of this device wants to keep it.
      isRemembered: known !== undefined,
      asksForCode: known !== undefined && this.#mayAskForCode(shown, known.account.did),
      back: isBackToChoice ? place.page({ ...wanted, step: 'choose' }) : undefined,
      canSignUp: canSignUp && fixed === undefined,
    }
    return this.#pages.password(shown, page, outcome)
  }

  /** One who signed in with a code in this browser, where it is not trusted. */
  #mayAskForCode(shown: Shown, did: string): boolean {
    const { publicUrl } = this.#services.settings
    return requestScope().codesUsedBy.has(did) && shownTrust(shown, did, publicUrl) === null
  }
}
