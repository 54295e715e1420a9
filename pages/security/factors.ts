import { html } from 'hono/html'
import { type Factors, kindsOf } from '../../factors/kinds.ts'
import type { PageLanguage } from '../../http/language.ts'
import { chosenName } from '../../http/page/chosen_name.ts'
import { copyButton } from '../../http/page/copy.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { codeField } from '../sign_in/code.ts'
import { actions, type Form, form } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { SecurityTexts } from './texts.ts'
import { time } from './time.ts'

/** The part of the page in its address. */
export const WAYS = 'ways'

export type FactorsPart = {
  /** `@alice.example.com` */
  name: string
  language: PageLanguage
  factors: Factors
  /** What they are called. */
  passkeys: readonly string[]
  /** Those that were just made. */
  recoveryCodes: readonly string[] | undefined
  /** Where each is changed. */
  ways: Readonly<
    Record<
      'password' | 'noPassword' | 'passkeys' | 'authenticator' | 'codeByMail' | 'recoveryCodes',
      string
    >
  >
}

/** The ways to sign in, as a part of the page. */
export function factorsPart(texts: SecurityTexts, part: FactorsPart, signIn: SignInTexts): Html {
  const { name, language, factors, passkeys, recoveryCodes, ways } = part
  const { totp, mail, recoveryCodes: left } = factors
  const names = texts.factorNames
  const all = [
    passwordWay(texts, part, signIn),
    way(
      'passkeys',
      names.passkey,
      passkeys.map(chosenName).join(', ') || texts.off,
      ways.passkeys,
      passkeys.length > 0 ? texts.change : texts.setUp,
    ),
    way(
      'authenticator',
      names.totp,
      totp ? html`${texts.since} ${time(language, totp.addedAt)}` : texts.off,
      ways.authenticator,
      totp ? texts.remove : texts.setUp,
    ),
    way(
      'code-by-mail',
      names.mail,
      mail ? texts.on : texts.off,
      ways.codeByMail,
      mail ? texts.switchOff : texts.switchOn,
    ),
    kindsOf(factors).length > 0 &&
      way('recovery-codes', names.recovery, texts.codesLeft(left), ways.recoveryCodes, texts.renew),
  ]
  return html`<h2 id="${WAYS}">${texts.ways}</h2>
      ${factors.password && html`<p class="quiet">${texts.waysLead}</p>`}
      ${recoveryCodes && newCodes(texts, recoveryCodes, name)}
      ${list(all, 'list')}`
}

function passwordWay(texts: SecurityTexts, { factors, ways }: FactorsPart, signIn: SignInTexts) {
  const { password, passkeys } = factors
  const id = 'password'
  const remove = password && passkeys > 0 && wayTo(id, ways.noPassword, texts.remove)
  return html`<div id="${id}"><p class="main">${signIn.password}</p><p>${password ? texts.on : texts.noPassword}</p></div>
      ${wayTo(id, ways.password, password ? texts.change : texts.setUp)}${remove}`
}

function way(id: string, name: string, state: Html | string, href: string, change: string): Html {
  return html`<div id="${id}"><p class="main">${name}</p><p>${state}</p></div>
      ${wayTo(id, href, change)}`
}

function wayTo(id: string, href: string, change: string): Html {
  return html`<a class="button" href="${href}" aria-describedby="${id}">${change}</a>`
}

/** Recovery codes that were just made, which are shown once. @param name `@alice.example.com` */
export function newCodes(texts: SecurityTexts, codes: readonly string[], name: string): Html {
  const text = [`${texts.factorNames.recovery}: ${name}`, '', ...codes, ''].join('\n')
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
  return html`<div class="notice" role="status"><p>${texts.newCodes}</p>
      ${list(
        codes.map((code) => html`<code>${code}</code>`),
        'codes',
      )}
      <p>${texts.newCodesLead}</p>
      ${copyButton(codes.join('\n'), texts)} <a class="button copy" href="${file}" download="recovery-codes-${name.replace('@', '')}.txt">${texts.saveCodes}</a></div>`
}

/** What is to be done, and whether that is wanted. */
export type ChangeStep = Form & {
  title: string
  lead: string
  button: string
  /** What is sent besides. */
  fields?: Readonly<Record<string, string>>
  back: string
}

export function changeStep(step: ChangeStep, signIn: SignInTexts): Step {
  const { title, lead, button, fields = {} } = step
  const content = form(
    step,
    html`${Object.entries(fields).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
    )}
      ${actions(signIn, button, step)}`,
  )
  return { title, lead, content }
}

export type AuthenticatorStep = Form & {
  /** Base32. */
  secret: string
  /** What is in the QR code, for an app on this device. */
  uri: string
  qrCode: Html
  back: string
}

/** The authenticator is set up in its app, and shows by a code that it is. */
export function authenticatorStep(
  texts: SecurityTexts,
  step: AuthenticatorStep,
  signIn: SignInTexts,
): Step {
  const { secret, uri, qrCode, isWrong } = step
  const content = html`<div class="qr" role="img" aria-label="${texts.qrCode}">${qrCode}</div>
      <p>${texts.secret} <code>${secret.replaceAll(/.{4}(?=.)/g, '$& ')}</code></p>
      <p><a href="${uri}">${texts.openApp}</a></p>
      ${form(
        step,
        html`${codeField(signIn.codes.totp.label, 'totp', isWrong)}
      ${actions(signIn, signIn.confirm, step)}`,
      )}`
  return { title: texts.factorNames.totp, lead: texts.scan, content }
}
