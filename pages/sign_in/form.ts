import { html } from 'hono/html'
import { PASSKEY_PAGE } from '../../base/lifetimes.ts'
import type { Html, Script } from '../../http/page/document.ts'
import type { SignInTexts } from './texts.ts'

/** A form of a step. */
export type Form = {
  action: string
  /** What goes back with it, sealed: whose form it is, and which step. */
  sealed: string
  /** Whether what was entered before was wrong; the frame says how. */
  isWrong: boolean
}

/** Each step: where to go from it; a way that is not there is not shown. */
export type Ways = {
  /** To the step before it. */
  back?: string | undefined
  /** To the app, without signing in. */
  cancel?: string | undefined
}

export function form({ action, sealed }: Pick<Form, 'action' | 'sealed'>, content: Html): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="form" value="${sealed}">
      ${content}</form>`
}

/** For password managers, which keep what is entered for this name. */
export function usernameOf(name: string): Html {
  return html`<input name="username" value="${name}" autocomplete="username" readonly hidden>`
}

/** Of a field. @param describedBy id of what stands below it */
export function wrong(isWrong: boolean, describedBy?: string): Html {
  const ids = [describedBy, isWrong && 'alert'].filter(Boolean).join(' ')
  return html`${isWrong && html`aria-invalid="true"`} ${ids && html`aria-describedby="${ids}"`}`
}

/** A form with several fields, of which one may be wrong. */
export type FormOfFields<Field extends string> = Omit<Form, 'isWrong'> & {
  wrongField: Field | undefined
}

/** Of one of them. The person begins at the one that is wrong, or at the first. */
export function fieldOf<Field extends string>(
  { wrongField }: Pick<FormOfFields<Field>, 'wrongField'>,
  field: Field,
  { isFirst = false, describedBy }: { isFirst?: boolean; describedBy?: string } = {},
): Html {
  const isBegun = wrongField === undefined ? isFirst : wrongField === field
  return html`${isBegun && 'autofocus'} ${wrong(wrongField === field, describedBy)}`
}

/** For a step that takes a passkey. */
export type PasskeyUse = {
  script: Script
  /** What the browser is asked for, as JSON. */
  options: string
  /** Whether the person has asked for it already, on a page that was too old. */
  isAsked?: boolean | undefined
}

type PasskeyButton = Pick<PasskeyUse, 'options' | 'isAsked'> & {
  text: string
  none: string
  /** More of the button's attributes (`pages/passkeys/script.ts`). */
  more: Html
}

/** A button that the script shows, in the form that it sends. */
export function passkeyButton({ options, isAsked, text, none, more }: PasskeyButton): Html {
  return html`<input type="hidden" name="passkey"><button type="button" hidden data-passkey="${options}" data-status="passkey-status" data-none="${none}" data-lasts="${PASSKEY_PAGE}" ${isAsked && 'data-again'} ${more}>${text}</button>
      <p class="quiet" role="status" id="passkey-status"></p>`
}

/** Where a passkey is all that is asked for. */
export function passkeyFieldsOf(use: PasskeyUse | undefined, ways: Ways, texts: SignInTexts): Html {
  return html`${passkeyButton({
    options: use?.options ?? '',
    isAsked: use?.isAsked,
    text: texts.codes.passkey.label,
    none: texts.noPasskey,
    more: html`class="primary wide" autofocus`,
  })}
      <noscript><p>${texts.passkeyNeedsScript}</p></noscript>
      <div class="actions">${links(texts, ways)}</div>`
}

/** What is done with a form, and the ways from it. */
export function actions(texts: SignInTexts, submit: string, ways: Ways): Html {
  return html`<div class="actions"><button class="primary">${submit}</button>${links(texts, ways)}</div>`
}

export function links(texts: SignInTexts, { back, cancel }: Ways): Html {
  return html`${back && html`<a class="button" href="${back}">${texts.back}</a>`}${cancel && html`<a class="button" href="${cancel}">${texts.cancel}</a>`}`
}
