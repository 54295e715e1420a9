import { MINUTE } from '../../base/lifetimes.ts'
import { MAX_APP_PASSWORD_NAME, MAX_PASSKEY_NAME } from '../../database/account/bounds.ts'
import { wishOf } from '../../http/language.ts'
import type { HttpRequest, HttpResponse } from '../../http/message.ts'
import { deviceName } from '../../http/names/device_name.ts'
import { linksOf } from '../../pages/links.ts'
import { makeStep } from '../../pages/security/app_passwords.ts'
import { authenticatorStep, changeStep } from '../../pages/security/factors.ts'
import { SECURITY_STYLE } from '../../pages/security/page.ts'
import { type PasskeyItem, passkeysStep } from '../../pages/security/passkeys.ts'
import { type ProofStep, proofStep } from '../../pages/security/proof.ts'
import { qrCode } from '../../pages/security/qr_code.ts'
import type { PasskeyUse } from '../../pages/sign_in/form.ts'
import { type Frame, type Step, writeStep } from '../../pages/sign_in/frame.ts'
import { createLook, type Look } from '../../pages/sign_in/look.ts'
import { choiceStep } from '../../pages/sign_in/steps.ts'
import { usePasskeyOptions } from '../../sagas/factors/passkeys.ts'
import type { Services } from '../../sagas/services/services.ts'
import { type Challenge, newChallenge } from '../../sagas/sign_in/passkey_challenge.ts'
import type { PageScripts } from '../scripts.ts'
import {
  SECURITY,
  type SecurityAction,
  type SecurityTask,
  securityForm,
  securityTask,
} from '../security_paths.ts'
import { Place } from '../sign_in/place.ts'
import {
  isWrong,
  languageOf,
  nameOf,
  type Outcome,
  shownName,
  textsFor as signInTextsFor,
} from '../sign_in/shown.ts'
import { type Changeable, type ChangeTask, changeOf } from './changes.ts'
import { filledIn } from './entered.ts'
import type { Begun, Entered, SecurityForms } from './forms.ts'
import { textsFor, withQuery } from './language.ts'
import { type Known, noticeOf, overviewStep } from './overview.ts'
import { pageQuery } from './page_number.ts'
import { pageOf, taskOf } from './page_of_form.ts'
import type { Person } from './people.ts'
import type { Visitor } from './visitor.ts'

/** What it takes to make a passkey. */
type NewPasskey = {
  passkeys: readonly PasskeyItem[]
  options: object
  challenge: Challenge
}

/** Writes the security page, in the language of who reads it. */
export class SecurityPages {
  readonly #services: Pick<Services, 'settings' | 'pdses'>
  readonly #scripts: PageScripts
  readonly #forms: SecurityForms
  readonly #look: Look

  constructor(
    services: Pick<Services, 'settings' | 'pdses'>,
    forms: SecurityForms,
    scripts: PageScripts,
  ) {
    this.#scripts = scripts
    this.#services = services
    this.#forms = forms
    this.#look = createLook(services.settings, SECURITY_STYLE)
  }

  main(visitor: Visitor, known: Known, outcome: Outcome): HttpResponse {
    const { request, person, device } = visitor
    const { did } = person
    const { pdses, settings } = this.#services
    const step = overviewStep(visitor, known, {
      sealed: this.#forms.write(device.deviceId, { did }),
      minutes: pdses.takeEnded ? settings.accessTokenLifetime / MINUTE : 0,
      publicUrl: settings.publicUrl,
    })
    const notice = known.done && noticeOf(known.done, textsFor(request))
    const frame = {
      ...this.#frame(request, { account: did, ...pageQuery(known.shown.number) }),
      ...(isShownOnce(known) && { address: null }),
      notice,
      ...outcome,
    }
    return writeStep(frame, { ...step, ...(hasCopies(known) && { script: this.#scripts.copy }) })
  }

  /** Where an app password is made. */
  make(visitor: Visitor, outcome: Outcome): HttpResponse {
    const step = makeStep(
      textsFor(visitor.request),
      {
        ...this.#given(visitor, 'make-app-password', outcome),
        name: filledIn(visitor.entered, 'make-app-password', 'name'),
        isPrivileged: filledIn(visitor.entered, 'make-app-password', 'privileged') !== '',
        most: MAX_APP_PASSWORD_NAME,
      },
      signInTextsFor(visitor),
    )
    return this.#write(visitor, 'app-password', step, outcome)
  }

  /** The passkeys, and where one is made. */
  passkeys(
    visitor: Visitor,
    { passkeys, options, challenge }: NewPasskey,
    outcome: Outcome,
  ): HttpResponse {
    const { request, person, entered } = visitor
    const at = (action: SecurityAction) =>
      withQuery(securityForm(action), request, { account: person.did })
    const step = passkeysStep(
      textsFor(request),
      {
        ...this.#given(visitor, 'add-passkey', outcome, { challenge }),
        language: languageOf(visitor),
        passkeys,
        passkey: this.#use(options, outcome),
        add: at('add-passkey'),
        rename: at('rename-passkey'),
        remove: at('remove-passkey'),
        most: MAX_PASSKEY_NAME,
        suggested:
          filledIn(entered, 'add-passkey', 'name') || deviceName(request.headers.get('user-agent')),
        renamed: {
          id: filledIn(entered, 'rename-passkey', 'id'),
          name: filledIn(entered, 'rename-passkey', 'name'),
        },
      },
      signInTextsFor(visitor),
    )
    return this.#write(visitor, 'passkeys', step, outcome)
  }

  /** Whether something is to be changed, and what comes of it. */
  change(visitor: Visitor, task: ChangeTask, as: Changeable, outcome: Outcome = {}): HttpResponse {
    const { action, fields, ...words } = changeOf(task, as, textsFor(visitor.request))
    const step = changeStep(
      { ...this.#given(visitor, action), ...words, ...(fields && { fields }) },
      signInTextsFor(visitor),
    )
    return this.#write(visitor, task, step, outcome)
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
      signInTextsFor(visitor),
    )
    return this.#write(visitor, 'authenticator', step, outcome)
  }

  /** Where the person first proves that it is them. */
  proof(
    visitor: Visitor,
    task: SecurityTask,
    asked: Pick<ProofStep, 'kind' | 'others' | 'hint'>,
    outcome: Outcome,
  ): HttpResponse {
    const { request, person, entered } = visitor
    const challenge = asked.kind === 'passkey' ? newChallenge() : undefined
    const given = {
      ...this.#given(visitor, 'prove', outcome, { challenge, entered }),
      passkey: challenge && this.#use(usePasskeyOptions(this.#services, challenge), outcome),
      ...asked,
      action: withQuery(securityForm('prove'), request, { account: person.did, for: task }),
      username: nameOf(person),
      forgotten: Place.forSecurity(wishOf(request.url), task).page({ step: 'reset-password' }),
    }
    const step = proofStep(textsFor(request), given, signInTextsFor(visitor))
    return this.#write(visitor, task, step, outcome)
  }

  /** Which of the accounts of this browser. */
  choice(request: HttpRequest, people: readonly Person[]): HttpResponse {
    const task = taskOf(request)
    const place = Place.forSecurity(wishOf(request.url), task)
    const step = choiceStep(signInTextsFor({ request }), {
      accounts: people.map(({ did, handle, basis, isDamaged }) => ({
        name: shownName({ did, handle }),
        href: basis ? pageOf(request, did) : place.page({ account: did }),
        isPasswordNeeded: basis === null,
        isDamaged: isDamaged === true,
      })),
      other: place.page({ step: 'sign-in' }),
      signUp: undefined,
      cancel: undefined,
    })
    return writeStep(this.#frame(request, {}, task && securityTask(task)), step)
  }

  #use(options: object, { asksPasskey }: Outcome): PasskeyUse {
    const script = this.#scripts.passkeys
    return { script, options: JSON.stringify(options), isAsked: asksPasskey }
  }

  /** What every form of a task has. */
  #given(
    { request, person, device }: Visitor,
    action: SecurityAction,
    outcome: Outcome = {},
    more: {
      begun?: Begun
      challenge?: Challenge | undefined
      entered?: Entered | undefined
    } = {},
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
      address: withQuery(path, request, query),
      links: linksOf(this.#services.settings.branding.links, language),
    }
  }
}

/** Whether there is something that a button copies: an invite code, or what is shown once. */
function hasCopies(known: Known): boolean {
  return known.invites !== null || isShownOnce(known)
}

/** Whether there is an app password or recovery codes, which the same page in another language would not show. */
function isShownOnce({ done }: Known): boolean {
  return done?.what === 'made' || (done?.what === 'factors' && done.recoveryCodes !== undefined)
}
