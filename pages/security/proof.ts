import { html } from 'hono/html'
import type { CodeKind, FactorKind } from '../../factors/kinds.ts'
import { codeField, otherWays } from '../sign_in/code.ts'
import {
  actions,
  type Form,
  form,
  type PasskeyUse,
  passkeyFieldsOf,
  usernameOf,
  wrong,
} from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import { passwordInput, passwordLabel, SHOWN_PASSWORD } from '../sign_in/password.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { SecurityTexts } from './texts.ts'

/** By what somebody proves that it is them. */
export type ProofKind = 'password' | FactorKind

export type ProofStep = Form & {
  username: string
  kind: ProofKind
  others: readonly ProofKind[]
  /** Where a code was mailed to. */
  hint: string
  /** Where that is what is asked for. */
  passkey: PasskeyUse | undefined
  forgotten: string
  back: string
}

/** Asks for the password once more, or for a second factor in its place. */
export function proofStep(texts: SecurityTexts, step: ProofStep, signIn: SignInTexts): Step {
  const { username, kind, others, hint, passkey } = step
  const ways = [
    ...(kind === 'mail' ? [['mail', signIn.sendAgain] as const] : []),
    ...others.map(
      (other) =>
        [other, other === 'password' ? texts.usePassword : signIn.codes[other].use] as const,
    ),
  ]
  const content = html`${form(
    step,
    html`${usernameOf(username)}
      ${kind === 'passkey' ? passkeyFields(step, signIn) : fieldsOf(kind, step, signIn)}`,
  )}
      ${otherWays(step, ways)}`
  const lead = kind === 'password' ? texts.proofLead : signIn.codes[kind].lead(hint)
  const inlines = kind === 'password' ? [SHOWN_PASSWORD] : []
  return { title: texts.proof, lead, content, inlines, script: passkey?.script }
}

function fieldsOf(kind: 'password' | CodeKind, step: ProofStep, signIn: SignInTexts) {
  return html`${kind === 'password' ? passwordField(step, signIn) : codeOf(kind, step, signIn)}
      ${actions(signIn, signIn.confirm, step)}`
}

function passwordField({ isWrong, forgotten }: ProofStep, signIn: SignInTexts) {
  return html`<div class="field row">
        ${passwordLabel(signIn.password)}
        ${passwordInput(signIn, html`autocomplete="current-password" maxlength="512" autofocus ${wrong(isWrong)}`)}
        <a class="link" href="${forgotten}">${signIn.forgotten}</a>
      </div>`
}

function passkeyFields(step: ProofStep, signIn: SignInTexts) {
  return html`<input type="hidden" name="kind" value="passkey">${passkeyFieldsOf(step.passkey, step, signIn)}`
}

/** The form says which code is asked for. */
function codeOf(kind: CodeKind, { isWrong }: ProofStep, signIn: SignInTexts) {
  return html`<input type="hidden" name="kind" value="${kind}">${codeField(signIn.codes[kind].label, kind, isWrong)}`
}
