import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import { chosenName } from '../../http/page/chosen_name.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { type Form, form, links, type PasskeyUse, passkeyButton } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { SecurityTexts } from './texts.ts'
import { LOCAL_TIMES, time } from './time.ts'

/** A passkey as the page lists it. Times are milliseconds since the epoch. */
export type PasskeyItem = { id: string; name: string; createdAt: number; usedAt: number | null }

export type PasskeysStep = Omit<Form, 'action'> & {
  language: PageLanguage
  passkeys: readonly PasskeyItem[]
  /** What the browser is asked for to make one. */
  passkey: PasskeyUse
  add: string
  rename: string
  remove: string
  /** Characters of a name. */
  most: number
  /** What a new one is called unless the person says otherwise. */
  suggested: string
  /** The name that the one of this id was to get. */
  renamed: { id: string; name: string }
  back: string
}

/** The passkeys of an account: each is renamed and removed here, and further ones are made. */
export function passkeysStep(texts: SecurityTexts, step: PasskeysStep, signIn: SignInTexts): Step {
  const { passkeys, passkey, sealed, most, suggested } = step
  const content = html`${list(
    passkeys.map((each, i) => itemOf(texts, step, each, `passkey-${i}`)),
    'list',
  )}
      ${form(
        { action: step.add, sealed },
        html`<div class="field">
        <label for="name">${texts.newPasskeyName}</label>
        <input id="name" name="name" value="${suggested}" autocomplete="off" maxlength="${most}" required>
      </div>
      ${passkeyButton({
        ...passkey,
        text: texts.addPasskey,
        none: texts.noNewPasskey,
        more: html`class="primary wide" data-make data-there="${texts.passkeyThere}"`,
      })}
      <noscript><p>${texts.needsScript}</p></noscript>
      <div class="actions">${links(signIn, step)}</div>`,
      )}`
  const title = texts.factorNames.passkey
  const inlines = [LOCAL_TIMES]
  return { title, lead: texts.passkeysLead, content, inlines, script: passkey.script }
}

function itemOf(
  texts: SecurityTexts,
  { language, rename, remove, sealed, most, renamed }: PasskeysStep,
  { id, name, createdAt, usedAt }: PasskeyItem,
  at: string,
): Html {
  const used = usedAt === null ? texts.neverUsed : html`${texts.lastUsed} ${time(language, usedAt)}`
  const which = html`<input type="hidden" name="id" value="${id}">`
  return html`<div id="${at}"><p class="main">${chosenName(name)}</p>
      <p class="quiet">${texts.since} ${time(language, createdAt)} · ${used}</p></div>
      ${form(
        { action: rename, sealed },
        html`${which}<input name="name" value="${renamed.id === id ? renamed.name : name}" aria-label="${texts.newPasskeyName}" aria-describedby="${at}" autocomplete="off" maxlength="${most}" required> <button aria-describedby="${at}">${texts.rename}</button>`,
      )}
      ${form(
        { action: remove, sealed },
        html`${which}<button aria-describedby="${at}">${texts.remove}</button>`,
      )}`
}
