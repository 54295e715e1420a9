import { html } from 'hono/html'
import type { Html } from '../../http/page/document.ts'
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

/** Of a field. */
export function wrong(isWrong: boolean): Html | false {
  return isWrong && html`aria-invalid="true" aria-describedby="alert"`
}

/** What is done with a form, and the ways from it. */
export function actions(texts: SignInTexts, submit: string, ways: Ways): Html {
  return html`<div class="actions"><button class="primary">${submit}</button>${links(texts, ways)}</div>`
}

function links(texts: SignInTexts, { back, cancel }: Ways): Html {
  return html`${back && html`<a class="button" href="${back}">${texts.back}</a>`}${cancel && html`<a class="button" href="${cancel}">${texts.cancel}</a>`}`
}
