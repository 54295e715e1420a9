import { html } from 'hono/html'
import type { Html } from '../../http/page/document.ts'
import { newCodes } from '../security/factors.ts'
import type { SecurityTexts } from '../security/texts.ts'
import { type CaptchaUse, captchaField } from '../sign_in/captcha.ts'
import {
  actions,
  type Form,
  type FormOfFields,
  fieldOf,
  form,
  links,
  type PasskeyUse,
  passkeyButton,
  type Ways,
} from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import { KEEPING, KEPT_NO_LONGER } from './kept.ts'
import type { SignUpTexts } from './texts.ts'

/** What the steps say, in one language. */
export type Texts = { signUp: SignUpTexts; signIn: SignInTexts; security: SecurityTexts }

export type NamesField = 'handle' | 'email' | 'invite'

export type NamesStep = FormOfFields<NamesField> &
  Ways & {
    handle: string
    /** What handles end in here; the person chooses one where there are several. */
    domains: readonly string[]
    domain: string
    email: string
    /** Undefined where none is needed. */
    inviteCode: string | undefined
    captcha: CaptchaUse | undefined
    /** Where one signs up with a password. */
    withPassword: string
  }

/** Who somebody wants to be. */
export function namesStep({ signUp, signIn, security }: Texts, step: NamesStep): Step {
  const { handle, email, inviteCode, captcha } = step
  const content = form(
    step,
    html`<div class="field">
        <label for="handle">${signUp.handle}</label>
        <div class="joined"><input id="handle" name="handle" value="${handle}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="253" required ${fieldOf(step, 'handle', { isFirst: true, describedBy: 'domain' })}>
        ${domainOf(signUp, step)}</div>
      </div>
      <div class="field">
        <label for="email">${signIn.email}</label>
        <input id="email" name="email" type="email" value="${email}" autocomplete="email" maxlength="254" required ${fieldOf(step, 'email')}>
      </div>
      ${
        inviteCode !== undefined &&
        html`<div class="field">
        <label for="invite">${signUp.inviteCode}</label>
        <input id="invite" name="invite" value="${inviteCode}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="128" required ${fieldOf(step, 'invite')}>
      </div>`
      }
      ${captcha ? captchaField(captcha, security.needsScript) : html`<noscript><p class="alert">${security.needsScript}</p></noscript>`}
      ${actions(signIn, signUp.next, step)}
      <p><a class="link" href="${step.withPassword}">${signUp.withPassword}</a></p>`,
  )
  return {
    title: signUp.title,
    lead: signUp.lead,
    content,
    inlines: [KEEPING],
    widget: captcha?.widget,
  }
}

function domainOf({ domain: label }: SignUpTexts, { domains, domain }: NamesStep): Html {
  if (domains.length === 1) return html`<span id="domain">${domains[0]}</span>`
  return html`<select id="domain" name="domain" aria-label="${label}">${domains.map(
    (each) => html`<option ${each === domain && 'selected'}>${each}</option>`,
  )}</select>`
}

export type MakeStep = Pick<Form, 'action' | 'sealed'> &
  Pick<Ways, 'cancel'> & { handle: string; passkey: PasskeyUse }

/** By what the form of the passkey goes back to the names, which are sealed into it. */
export const BACK_TO_NAMES = 'back'

/** Where the passkey is made. */
export function makeStep({ signUp, signIn, security }: Texts, step: MakeStep): Step {
  const { handle, passkey } = step
  const content = form(
    step,
    html`${passkeyButton({
      ...passkey,
      text: signUp.make,
      none: security.noNewPasskey,
      more: html`class="primary wide" data-make autofocus`,
    })}
      <noscript><p>${security.needsScript}</p></noscript>
      <div class="actions"><button name="${BACK_TO_NAMES}" value="1">${signIn.back}</button>${links(signIn, step)}</div>`,
  )
  const lead = signUp.makeLead(handle)
  return { title: signUp.makeTitle, lead, content, script: passkey.script }
}

/** @param name `@alice.example.com` @param next where the person goes on, signed in */
export type DoneStep = { name: string; recoveryCodes: readonly string[]; next: string }

/** The account is there: its recovery codes are shown once. */
export function doneStep(
  { signUp, security }: Texts,
  { name, recoveryCodes, next }: DoneStep,
): Step {
  const content = html`${newCodes(security, recoveryCodes, name)}
      <a class="button primary wide" href="${next}">${signUp.goOn}</a>`
  return { title: signUp.doneTitle, lead: signUp.doneLead, content, inlines: [KEPT_NO_LONGER] }
}
