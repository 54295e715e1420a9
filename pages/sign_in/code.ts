import { html } from 'hono/html'
import type { CodeKind } from '../../factors/kinds.ts'
import type { Html } from '../../http/page/document.ts'
import { type Form, form, usernameOf, wrong } from './form.ts'

/** What kind of text is entered, for keyboards and password managers. */
const CODE_FIELDS: Readonly<Record<CodeKind, Html>> = {
  totp: html`autocomplete="one-time-code" inputmode="numeric"`,
  mail: html`autocomplete="one-time-code" autocapitalize="characters"`,
  recovery: html`autocomplete="off" autocapitalize="characters"`,
}

/** Where the code of a second factor is entered. */
export function codeField(label: string, kind: CodeKind, isWrong: boolean): Html {
  return html`<div class="field">
        <label for="code">${label}</label>
        <input id="code" name="code" ${CODE_FIELDS[kind]} maxlength="64" autocorrect="off" spellcheck="false" required autofocus ${wrong(isWrong)}>
      </div>`
}

/**
 * The same of an authenticator, which may be left empty.
 *
 * @param hint says so
 */
export function codeBesidePassword(label: string, hint: string): Html {
  return html`<div class="field">
        <label for="code">${label}</label>
        <input id="code" name="code" ${CODE_FIELDS.totp} maxlength="64" autocorrect="off" spellcheck="false" aria-describedby="code-hint">
      </div>
      <p class="quiet" id="code-hint">${hint}</p>`
}

/** To another way to prove who it is; the form says which, by `with`. */
export function otherWays(
  step: Form & { username: string },
  ways: readonly (readonly [way: string, text: string])[],
): Html | false {
  return (
    ways.length > 0 &&
    form(
      step,
      html`${usernameOf(step.username)}${ways.map(
        ([way, text]) =>
          html`<p><button class="link" name="with" value="${way}">${text}</button></p>`,
      )}`,
    )
  )
}
