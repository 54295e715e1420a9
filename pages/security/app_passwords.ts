import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import { chosenName } from '../../http/page/chosen_name.ts'
import { copyButton } from '../../http/page/copy.ts'
import type { Html } from '../../http/page/document.ts'
import { toExactField } from '../../http/page/exact_text.ts'
import { list } from '../../http/page/list.ts'
import { actions, type Form, form, wrong } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { SecurityTexts } from './texts.ts'
import { time } from './time.ts'

/** The id of this part of the page. */
export const APP_PASSWORDS = 'app-passwords'

/** An app password as its person sees it. Times are milliseconds since the epoch. */
type AppPasswordItem = {
  name: string
  privileged: boolean
  createdAt: number
  usedAt: number | null
}

export type AppPasswordsPart = {
  language: PageLanguage
  appPasswords: readonly AppPasswordItem[]
  /** The one that was just made. */
  made: { name: string; password: string } | undefined
  /** Whether programs take nothing else. */
  only: boolean
  setOnly: string
  sealed: string
  makeAppPassword: string
  revokeAppPassword: string
}

/** The app passwords, as a part of the page. */
export function appPasswordsPart(texts: SecurityTexts, part: AppPasswordsPart): Html {
  const { appPasswords, made, makeAppPassword, only, setOnly, sealed } = part
  const turn = html`<input type="hidden" name="on" value="${only ? '0' : '1'}"><button aria-describedby="only">${only ? texts.turnOff : texts.turnOn}</button>`
  const onlyThese = html`<div id="only"><p class="main">${texts.onlyAppPasswords}</p>
      <p>${only ? texts.passwordRefused : texts.passwordTaken}</p></div>
      ${form({ action: setOnly, sealed }, turn)}`
  return html`<h2 id="${APP_PASSWORDS}">${texts.appPasswords}</h2>
      <p class="quiet">${texts.appPasswordsLead}</p>
      ${made && html`<div class="notice" role="status"><p>${texts.made(chosenName(made.name))}</p><p><code>${made.password}</code></p><p>${texts.madeOnce}</p>${copyButton(made.password, texts)}</div>`}
      ${list(
        appPasswords.map((each, i) => itemOf(texts, part, each, `app-password-${i}`)),
        'list',
      )}
      <a class="button wide" href="${makeAppPassword}">${texts.make}</a>
      ${list([onlyThese], 'list')}`
}

function itemOf(
  texts: SecurityTexts,
  { language, sealed, revokeAppPassword }: AppPasswordsPart,
  { name, privileged, createdAt, usedAt }: AppPasswordItem,
  id: string,
): Html {
  return html`<div id="${id}"><p class="main">${chosenName(name)}</p>
      ${privileged && html`<p>${texts.privileged}</p>`}
      <p class="quiet">${texts.since} ${time(language, createdAt)} · ${usedAt === null ? texts.neverUsed : html`${texts.lastUsed} ${time(language, usedAt)}`}</p></div>
      ${form(
        { action: revokeAppPassword, sealed },
        html`<input type="hidden" name="name" value="${toExactField(name)}"><button aria-describedby="${id}">${texts.revoke}</button>`,
      )}`
}

export type MakeStep = Form & {
  /** As it was entered. */
  name: string
  isPrivileged: boolean
  /** Characters of a name. */
  most: number
  back: string
}

export function makeStep(texts: SecurityTexts, step: MakeStep, signIn: SignInTexts): Step {
  const { isWrong, name, isPrivileged, most } = step
  const content = form(
    step,
    html`<div class="field">
        <label for="name">${texts.name}</label>
        <input id="name" name="name" value="${name}" maxlength="${most}" autocomplete="off" required autofocus ${wrong(isWrong)}>
      </div>
      <div class="check"><input id="privileged" name="privileged" type="checkbox" ${isPrivileged && 'checked'}><label for="privileged">${texts.privileged}</label></div>
      ${actions(signIn, texts.make, step)}`,
  )
  return { title: texts.make, lead: texts.makeLead, content }
}
