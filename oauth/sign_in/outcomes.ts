import { Refusal } from '../../base/errors.ts'
import type { FactorKind } from '../../factors/kinds.ts'
import { NEW_PASSWORD_MAX_LENGTH, NEW_PASSWORD_MIN_LENGTH } from '../../passwords/new_password.ts'
import { isOAuthRefusal } from '../../stores/oauth_errors.ts'
import { requestScope } from '../../stores/request_scope.ts'
import { refusalWords, TOO_MANY, UNAVAILABLE, WRONG_CODE } from '../pages/refusal_words.ts'
import { languageOf, type Outcome, type Read, textsFor } from './shown.ts'

/**
 * How what was sent came out, in one sentence.
 *
 * @param refused what any other refusal says
 */
export function outcomeOf(shown: Read, err: unknown, refused: Outcome): Outcome {
  if (isRefusal(err, 'AccountTakedown')) return wrong(textsFor(shown).takenDown)
  if (isRefusal(err, 'InvalidPassword')) return wrong(lengthFor(shown), 'password')
  const isTooOften =
    isRefusal(err, 'RateLimitExceeded') || (isOAuthRefusal(err) && err.statusCode === TOO_MANY)
  if (isTooOften) return said(shown, TOO_MANY)
  if (err instanceof Refusal || isOAuthRefusal(err)) return refused
  requestScope().fail(err)
  return said(shown, UNAVAILABLE)
}

/** @param field in a form of several; the first unless given */
export function wrong(alert: string | undefined, field?: string): Outcome {
  return { alert, field, status: 400 }
}

/** @param kind of a second factor; otherwise the code was mailed */
export function wrongCode(shown: Read, kind: FactorKind = 'mail'): Outcome {
  return wrong(kind === 'mail' ? said(shown, WRONG_CODE).alert : textsFor(shown).wrongCode[kind])
}

/**
 * @param err why a passkey was not accepted
 * @param stale what is said where its page was too old; the one that is shown now asks anew
 */
export function wrongPasskey(shown: Read, err: unknown, stale = textsFor(shown).stale): Outcome {
  const isOver = isRefusal(err, 'ExpiredToken')
  return isOver ? askingAgain(stale) : wrongCode(shown, 'passkey')
}

/** @param stale as for {@link wrongPasskey} */
export function askingAgain(stale: string | undefined): Outcome {
  return { ...wrong(stale), asksPasskey: true }
}

export function isRefusal(err: unknown, ...codes: Refusal['code'][]): boolean {
  return err instanceof Refusal && codes.includes(err.code)
}

function lengthFor(shown: Read): string {
  return textsFor(shown).length(NEW_PASSWORD_MIN_LENGTH, NEW_PASSWORD_MAX_LENGTH)
}

function said(shown: Read, status: number): Outcome {
  return { alert: refusalWords[status]?.[languageOf(shown)], status }
}
