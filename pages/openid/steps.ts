import { html } from 'hono/html'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { form } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import type { OpenidTexts } from './texts.ts'

/** Beside the style of the steps of a sign-in (`pages/sign_in/look.ts`). */
export const OPENID_STYLE = `.app{display:block;width:3rem;height:3rem;margin:0 auto 1rem;object-fit:contain}
.gets{margin:0 0 1rem;padding-left:1.25rem}
`

/** What an app asks a person for. */
export type AskedStep = {
  app: string
  /** Whether the operator did not register it. */
  isUnvouched: boolean
  /** What such a client calls itself. */
  claimed: string | undefined
  /** An address; undefined where it has none. */
  logo: string | undefined
  /** `@alice.example.com` */
  name: string
  scopes: readonly string[]
  /** Protected resources that it gets to use: what each is called, and which scopes of it. */
  resources: readonly { name: string; scopes: readonly string[] }[]
  action: string
  sealed: string
}

export type ConsentStep = AskedStep & {
  /** Where the person goes on, as people know it. */
  host: string
  /** Whether that is on the person's own device. */
  isLocal: boolean
  /** Chooses another account. */
  other: string
}

/** What an app gets, and the decision. The e-mail address may be refused alone. @param note what to know first */
export function askedForm(
  texts: OpenidTexts,
  service: string,
  { app, isUnvouched, claimed, logo, scopes, resources, ...step }: AskedStep,
  note: Html,
): Html {
  return html`${logo && html`<img class="app" src="${logo}" alt="">`}${isUnvouched && html`<p class="notice">${texts.unvouched(service, claimed)}</p>`}
      ${form(
        step,
        html`<p>${texts.gets(app)}</p>
      ${list([texts.identifier, scopes.includes('profile') && texts.profile, scopes.includes('offline_access') && texts.offline], 'gets')}
      ${resources.map(
        (each) => html`<p>${texts.uses(each.name)}</p>
      ${list(
        each.scopes.map((scope) => html`<code>${scope}</code>`),
        'gets',
      )}`,
      )}
      ${scopes.includes('email') && html`<div class="check"><input id="email" name="email" type="checkbox" checked><label for="email">${texts.email}</label></div>`}
      ${note}
      <div class="actions"><button class="primary" name="decision" value="allow">${texts.allow}</button><button name="decision" value="refuse">${texts.refuse}</button></div>`,
      )}`
}

/** Asks a person what an app may know. */
export function consentStep(
  texts: OpenidTexts,
  { goesTo }: SignInTexts,
  service: string,
  step: ConsentStep,
): Step {
  const { app, name, host, isLocal } = step
  const note = html`<p class="quiet">${goesTo(host)}</p>${
    isLocal &&
    html`
      <p class="notice">${texts.local(app)}</p>`
  }`
  const content = html`${askedForm(texts, service, step, note)}
      <p><a class="link" href="${step.other}">${texts.otherAccount}</a></p>`
  return { title: texts.title(app), lead: texts.lead(name), content }
}

export type SignOutStep = {
  service: string
  app: string | undefined
  /** `@alice.example.com` */
  name: string
  action: string
  xsrf: string
}

export function signOutStep(
  texts: OpenidTexts,
  { service, app, name, action, xsrf }: SignOutStep,
): Step {
  const content = html`<p>${texts.lead(name)}</p>
      <form method="post" action="${action}"><input type="hidden" name="xsrf" value="${xsrf}">
      <div class="actions"><button class="primary" name="logout" value="yes">${texts.signOut}</button><button>${texts.stay}</button></div></form>`
  return { title: texts.signOutTitle, lead: texts.signOutLead(service, app), content }
}

export function signedOutStep(texts: OpenidTexts, service: string): Step {
  return { title: texts.signedOutTitle, content: html`<p>${texts.signedOutLead(service)}</p>` }
}

export function stayedStep(texts: OpenidTexts, service: string): Step {
  return { title: texts.stayedTitle, content: html`<p>${texts.stayedLead(service)}</p>` }
}
