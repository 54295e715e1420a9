import { type PageLanguage, readIn } from '../../http/language.ts'
import type { HttpRequest } from '../../http/message.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import type { SignInTexts } from '../../pages/sign_in/texts.ts'
import type { Place } from './place.ts'

/** What an app asked for, as far as a page has to know it. */
export type Asked = {
  redirect_uri?: string | undefined
  ui_locales?: string | undefined
  login_hint?: string | undefined
}

/** Where a page is shown. */
export type Shown = {
  request: HttpRequest
  place: Place
  /** Null where no app asks. */
  parameters: Asked | null
  deviceId: string
}

/** What decides in which language it is read. */
export type Read = Pick<Shown, 'request'> & Partial<Pick<Shown, 'parameters'>>

/** How what was sent before came out. */
export type Outcome = {
  alert?: string | undefined
  /** Name of the field that is wrong, in a form of several; the first unless given. */
  field?: string | undefined
  notice?: string | undefined
  /** Whether the page is to ask for a passkey at once, since the one before was too old for that. */
  asksPasskey?: boolean
  /** Names of the passkeys that sign in still, where everything else was ended. */
  passkeysLeft?: readonly string[]
  status?: number
}

/** Whether it is a matter of what was entered. */
export function isWrong({ alert, status }: Outcome): boolean {
  return alert !== undefined && status === 400
}

/** In which field of a form of several it is. */
export function wrongFieldOf<Field extends string>(
  outcome: Outcome,
  [first, ...others]: readonly [Field, ...Field[]],
): Field | undefined {
  return isWrong(outcome) ? (others.find((name) => name === outcome.field) ?? first) : undefined
}

type Named = { handle?: string | null | undefined; did: string }

/** The name of an account in forms and addresses. */
export function nameOf({ handle, did }: Named): string {
  return handle ?? did
}

/** The same as people read it. */
export function shownName({ handle, did }: Named): string {
  return handle ? `@${handle}` : did
}

/** What the pages say to whom they are shown. */
export function textsFor(shown: Read): SignInTexts {
  return signInTexts[languageOf(shown)]
}

/** The person's choice, else the app's (OpenID Connect Core section 3.1.2.1), else the browser's. */
export function languageOf({ request, parameters }: Read): PageLanguage {
  return readIn(request, parameters?.ui_locales)
}
