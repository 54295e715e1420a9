import { html } from 'hono/html'
import { form, links } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
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
    html`${step.items.map(itemOf)}
      <p class="quiet">${texts.next}</p>
      <div class="actions"><button class="primary">${texts.goOn}</button>${links(signIn, step)}</div>`,
  )
  return { title: texts.title, lead: texts.lead(step.app, step.name), content }
}

function itemOf({ field, text, scope, isGiven }: PermissionItem, i: number) {
  const id = `permission-${i}`
  const box = field === undefined ? html`disabled` : html`name="${field}"`
  return html`<div class="check"><input id="${id}" type="checkbox" ${box} ${isGiven && 'checked'}><label for="${id}">${text}<small><code>${scope}</code></small></label></div>
      `
}
