import { html } from 'hono/html'
import type { Html } from '../../http/page/document.ts'
import { form, links } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { HomeTexts } from '../texts.ts'
import type { PermissionTexts } from './texts.ts'

/** What an app asks for, as the page lists it. */
export type PermissionItem = {
  /** Of the box; undefined for what cannot be left out. */
  field: string | undefined
  /** In the person's words; undefined where there are none. */
  text: string | undefined
  /** As the app asked for it: one scope. */
  scope: string
  isGiven: boolean
}

export type PermissionsStep = {
  action: string
  sealed: string
  /** Its host. */
  app: string
  /** `@alice.example.com` */
  name: string
  items: readonly PermissionItem[]
  back: string
  /** To the app, which gets nothing. */
  cancel: string | undefined
}

/** Lets a person take from what an app asks for, before they consent to the rest. */
export function permissionsStep(
  texts: PermissionTexts,
  step: PermissionsStep,
  signIn: SignInTexts,
): Step {
  const content = form(
    step,
    html`${itemsOf(texts, step)}
      <p class="quiet">${texts.next}</p>
      <div class="actions"><button class="primary">${texts.goOn}</button>${links(signIn, step)}</div>`,
  )
  return { title: texts.title, lead: leadOf(texts, step), content }
}

export type ConsentStep = Omit<PermissionsStep, 'back'> & {
  /** Where the person goes on, as people know it. */
  host: string
  /** What the app says of itself. */
  termsOfService: string | undefined
  privacyPolicy: string | undefined
  /** Chooses another account. */
  other: string
}

/** Lets a person decide on what an app asks for, or on a part of that, in a browser that runs no scripts. */
export function consentStep(
  texts: PermissionTexts,
  step: ConsentStep,
  signIn: SignInTexts,
  links: HomeTexts,
): Step {
  const { app, host, cancel, other } = step
  const own = [
    [links.termsOfService, step.termsOfService],
    [links.privacyPolicy, step.privacyPolicy],
  ] as const
  const content = html`${form(
    step,
    html`${itemsOf(texts, step)}
      <p class="quiet">${signIn.goesTo(host)}</p>
      ${own.map(([text, href]) => href && html`<p class="quiet"><a href="${href}" rel="nofollow noopener" target="_blank">${text} (${app})</a></p>`)}
      <div class="actions"><button class="primary">${texts.authorize}</button>${cancel && html`<a class="button" href="${cancel}">${texts.deny}</a>`}</div>`,
  )}
      <p><a class="link" href="${other}">${signIn.anotherAccount}</a></p>`
  return { title: texts.authorize, lead: leadOf(texts, step), content }
}

type Items = Pick<PermissionsStep, 'app' | 'name' | 'items'>

/** Whether there is something that can be left out. */
const hasChoice = ({ items }: Items) => items.some(({ field }) => field !== undefined)

function leadOf(texts: PermissionTexts, step: Items): string {
  const { app, name } = step
  return hasChoice(step) ? texts.lead(app, name) : texts.asks(app, name)
}

function itemsOf(texts: PermissionTexts, step: Items): Html {
  return html`${step.items.map(itemOf)}
      ${hasChoice(step) && html`<p class="quiet">${texts.unticked}</p>`}`
}

function itemOf({ field, text, scope, isGiven }: PermissionItem, i: number) {
  const id = `permission-${i}`
  const box = field === undefined ? html`disabled` : html`name="${field}"`
  return html`<div class="check"><input id="${id}" type="checkbox" ${box} ${isGiven && 'checked'}><label for="${id}">${text}<small><code>${scope}</code></small></label></div>
      `
}
