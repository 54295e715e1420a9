import { html } from 'hono/html'
import type { CodeKind, FactorKind } from '../../factors/kinds.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { type CaptchaUse, captchaField } from './captcha.ts'
import { codeBesidePassword, codeField, otherWays } from './code.ts'
import {
  actions,
  type Form,
  type FormOfFields,
  fieldOf,
  form,
  links,
  type PasskeyUse,
  passkeyButton,
  passkeyFieldsOf,
  usernameOf,
  type Ways,
  wrong,
} from './form.ts'
import type { Step } from './frame.ts'
import { passwordInput, passwordLabel, SHOWN_PASSWORD } from './password.ts'
import type { SignInTexts } from './texts.ts'
import { FORGOTTEN, TYPED_NAME } from './typed_name.ts'

/** Where people sign up. */
export type SignUps = { withPassword: string; withPasskey: string }

type ChoosableAccount = {
  name: string
  href: string
  isPasswordNeeded: boolean
  /** Whether nobody can sign in to it. */
  isDamaged: boolean
}

export type ChoiceStep = Pick<Ways, 'cancel'> & {
  /** Host of the app that the person goes on to; undefined where there is none to be named. */
  app?: string | undefined
  accounts: readonly ChoosableAccount[]
  /** Undefined where the app asked for one account. */
  other: string | undefined
  signUp: SignUps | undefined
}

/** The accounts that are known on this device. */
export function choiceStep(
  texts: SignInTexts,
  { app, accounts, other, signUp, cancel }: ChoiceStep,
): Step {
  const content = html`${list(
    [
      ...accounts.map(({ name, href, isPasswordNeeded, isDamaged }) =>
        isDamaged
          ? html`<span>${name}<small>${texts.notReached}</small></span>`
          : html`<a href="${href}">${name}${isPasswordNeeded && html`<small>${texts.passwordNeeded}</small>`}</a>`,
      ),
      other !== undefined && html`<a href="${other}">${texts.anotherAccount}</a>`,
    ],
    'accounts',
  )}
      ${cancel && html`<a class="button wide" href="${cancel}">${texts.cancel}</a>`}
      ${signUps(texts, signUp)}`
  return { title: texts.choose, ...(app && { lead: texts.goesTo(app) }), content }
}

/** What the box is that trusts this device, and for how long it would. */
export type TrustBox = { isTrusted: boolean; trustDays: number }

export type PasswordStep = Form &
  Ways & {
    /** As of {@link ChoiceStep}. */
    app: string | undefined
    username: string
    /** Whether it is clear whose password it is. */
    isNameFixed: boolean
    /** What the box is; undefined where there is none. */
    isRemembered: boolean
    /** Of the field for a code beside the password; undefined where there is none. */
    trust: TrustBox | undefined
    forgotten: string
    signUp: SignUps | undefined
    passkey: PasskeyUse
    captcha: CaptchaUse | undefined
  }

export function passwordStep(texts: SignInTexts, step: PasswordStep): Step {
  const {
    app,
    username,
    isNameFixed,
    isRemembered,
    isWrong,
    trust,
    forgotten,
    signUp,
    passkey,
    captcha,
  } = step
  // Who it is, is seldom what was wrong.
  const isNamed = username !== ''
  const content = form(
    step,
    html`<div class="field">
        <label for="username">${texts.username}</label>
        <input id="username" name="username" value="${username}" autocomplete="username webauthn" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" required ${isNameFixed ? 'readonly' : html`${!isNamed && 'autofocus'} ${wrong(isWrong)}`}>
      </div>
      <div class="field row">
        ${passwordLabel(texts.password)}
        ${passwordInput(texts, html`autocomplete="current-password" maxlength="512" ${isNamed && 'autofocus'} ${wrong(isWrong, 'sites')}`)}
        <a class="link" id="${FORGOTTEN}" href="${forgotten}">${texts.forgotten}</a>
      </div>
      <p class="quiet" id="sites">${texts.trust}</p>
      ${
        trust &&
        html`${codeBesidePassword(texts.codeBesidePassword, texts.codeCanWait)}
      ${trustBox(texts, trust)}`
      }
      <div class="check"><input id="remember" name="remember" type="checkbox" ${isRemembered && 'checked'}><label for="remember">${texts.remember}</label></div>
      ${captcha && captchaField(captcha, texts.captchaScript)}
      <div class="stack"><button class="primary">${texts.signIn}</button>
      ${passkeyButton({
        ...passkey,
        text: texts.withPasskey,
        none: texts.noPasskey,
        more: html`data-autofill`,
      })}
      ${links(texts, step)}</div>`,
  )
  return {
    title: texts.title,
    inlines: [SHOWN_PASSWORD, TYPED_NAME],
    script: passkey.script,
    widget: captcha?.widget,
    lead: [isNameFixed && texts.enterPassword, app && texts.goesTo(app)].filter(Boolean).join(' '),
    content: html`${content}
      ${signUps(texts, signUp)}`,
  }
}

function signUps(texts: SignInTexts, ways: SignUps | undefined): Html | undefined {
  return (
    ways &&
    html`<p class="foot"><a href="${ways.withPassword}">${texts.signUp}</a>
      <a href="${ways.withPasskey}">${texts.signUpWithPasskey}</a></p>`
  )
}

export type CodeStep = Form &
  Ways & {
    username: string
    kind: FactorKind
    others: readonly FactorKind[]
    /** Where a code was mailed to. */
    hint: string
    trust: TrustBox
    /** Of the step of a passkey. */
    passkey: PasskeyUse | undefined
  }

/** A second factor, after the password: a code, or a passkey. */
export function codeStep(texts: SignInTexts, step: CodeStep): Step {
  const { username, kind, others, hint, passkey } = step
  const { lead } = texts.codes[kind]
  const ways = [
    ...(kind === 'mail' ? [['mail', texts.sendAgain] as const] : []),
    ...others.map((other) => [other, texts.codes[other].use] as const),
  ]
  const content = html`${form(
    step,
    html`${usernameOf(username)}
      ${kind === 'passkey' ? html`${trustBox(texts, step.trust)}${passkeyFieldsOf(passkey, step, texts)}` : codeFields(texts, kind, step)}`,
  )}
      ${otherWays(step, ways)}`
  const title = kind === 'passkey' ? texts.passkeyTitle : texts.codeTitle
  return { title, lead: lead(hint), content, script: passkey?.script }
}

function codeFields(texts: SignInTexts, kind: CodeKind, step: CodeStep): Html {
  return html`${codeField(texts.codes[kind].label, kind, step.isWrong)}
      ${trustBox(texts, step.trust)}
      ${actions(texts, texts.confirm, step)}`
}

function trustBox(texts: SignInTexts, { isTrusted, trustDays }: TrustBox): Html {
  return html`<div class="check"><input id="trust" name="trust" type="checkbox" ${isTrusted && 'checked'}><label for="trust">${texts.trustDevice(trustDays)}</label></div>`
}

export type ResetStep = Form & Ways & { email: string; haveCode: string }

/** Asks where to send the code for a new password. */
export function resetStep(texts: SignInTexts, step: ResetStep): Step {
  const { email, haveCode, isWrong } = step
  const content = html`${form(
    step,
    html`<div class="field">
        <label for="email">${texts.email}</label>
        <input id="email" name="email" type="email" value="${email}" autocomplete="email" maxlength="254" required autofocus ${wrong(isWrong)}>
      </div>
      ${actions(texts, texts.sendCode, step)}`,
  )}
      <p><a class="link" href="${haveCode}">${texts.haveCode}</a></p>`
  const inlines = [TYPED_NAME]
  return { title: texts.resetTitle, lead: texts.resetLead, content, inlines }
}

type NewPasswordField = 'code' | 'password'
export type NewPasswordStep = FormOfFields<NewPasswordField> &
  Ways & {
    /** As it was entered. */
    code: string
    least: number
    most: number
  }

export function newPasswordStep(texts: SignInTexts, step: NewPasswordStep): Step {
  const { code, least, most } = step
  const content = form(
    step,
    html`<div class="field">
        <label for="code">${texts.code}</label>
        <input id="code" name="code" value="${code}" autocomplete="one-time-code" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="64" required ${fieldOf(step, 'code', { isFirst: true })}>
      </div>
      <div class="field">
        ${passwordLabel(texts.newPassword)}
        ${passwordInput(texts, html`autocomplete="new-password" minlength="${least}" maxlength="${most}" ${fieldOf(step, 'password', { describedBy: 'length' })}`)}
      </div>
      <p class="quiet" id="length">${texts.length(least, most)}</p>
      ${actions(texts, texts.save, step)}`,
  )
  return {
    title: texts.newPasswordTitle,
    lead: texts.newPasswordLead,
    content,
    inlines: [SHOWN_PASSWORD],
  }
}
