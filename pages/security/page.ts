import { html } from 'hono/html'
import type { AuditEvent } from '../../base/watching/events.ts'
import type { FactorKind } from '../../factors/kinds.ts'
import type { PageLanguage } from '../../http/language.ts'
import { chosenName } from '../../http/page/chosen_name.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { form } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignInTexts } from '../sign_in/texts.ts'
import { type AppPasswordsPart, appPasswordsPart } from './app_passwords.ts'
import { type FactorsPart, factorsPart } from './factors.ts'
import { type InvitesPart, invitesPart } from './invites.ts'
import { type MailsPart, mailsPart } from './mails.ts'
import type { SecurityTexts } from './texts.ts'
import { LOCAL_TIMES, time } from './time.ts'
import { type TrustedDeviceItem, trustedDevicesPart } from './trusted_devices.ts'

/** Beside the style of the steps of a sign-in (`pages/sign_in/look.ts`). */
export const SECURITY_STYLE = `main{max-width:44rem}
body{place-items:start center}
h2{margin:2rem 0 .5rem;font-size:1.125rem;line-height:1.3}
h3{margin:1.5rem 0 .5rem;font-size:1rem;line-height:1.3}
.list{margin:0;padding:0;list-style:none}
.list>li{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;padding:.75rem 0;border-top:1px solid var(--line)}
.list>li>div{flex:1 1 16rem;min-width:0;overflow-wrap:anywhere}
.list form{margin:0}
.list>li>*{min-width:0}
.list details{order:1;flex-basis:100%;margin:0;text-align:left}
.list summary{padding:.25rem 0}
.list details ul{margin:.25rem 0 0;padding-left:1.25rem;overflow-wrap:anywhere}
.list p{margin:0}
.wide+.list,.notice+.list{margin-top:1rem}
.main{font-weight:600}
.list input{width:8rem;max-width:100%}
.whole{user-select:all}
.copy{min-height:0;padding:.125rem .625rem;font-size:.875rem}
.qr{max-width:14rem;margin:0 auto 1rem;border-radius:.375rem;overflow:hidden}
.qr svg{display:block}
`

/** One thing that is signed in. Times are milliseconds since the epoch. */
export type SignedInItem = {
  /** What is posted to end it. */
  id: string
  kind: 'app' | 'password' | 'app password' | 'browser'
  /** Of an app, its host; of an app password, its name. */
  name: string
  device: string
  address: string | undefined
  since: number | null
  lastUsed: number | null
  isThisBrowser: boolean
  /** What an app was given, in words or, where there are none, as scopes; undefined of what is no app of it. */
  may?: { words: readonly string[]; isMore: boolean } | undefined
}

/** One line of the audit trail. */
export type ActivityItem = {
  at: number
  event: string
  /** Which one was added, changed or removed. */
  factor: FactorKind | undefined
  /** What is known besides: app, device, address. */
  about: readonly string[]
}

export type SecurityStep = {
  /** `@alice.example.com` */
  name: string
  language: PageLanguage
  items: readonly SignedInItem[]
  /** Where those are that were used more recently, and longer ago; undefined where there are none. */
  newer: string | undefined
  older: string | undefined
  factors: Omit<FactorsPart, 'language' | 'name'>
  trustedDevices: readonly TrustedDeviceItem[]
  revokeTrustedDevice: string
  appPasswords: Pick<AppPasswordsPart, 'appPasswords' | 'made' | 'only' | 'setOnly'>
  mails: MailsPart
  /** Undefined where people make no codes. */
  invites: InvitesPart | undefined
  activity: readonly ActivityItem[]
  days: number
  /** Whether there is more of it in the file. */
  isMore: boolean
  /** How soon an app is out that is signed out here. */
  howSoon: string
  /** Sealed into each form. */
  sealed: string
  endSession: string
  endOthers: string
  makeAppPassword: string
  revokeAppPassword: string
  sessionsFile: string
  activityFile: string
  /** To choose another account of this browser; undefined where there is none. */
  others: string | undefined
  accountPage: string
}

export function securityStep(texts: SecurityTexts, step: SecurityStep, signIn: SignInTexts): Step {
  const { items, activity, sealed } = step
  const content = html`<h2>${texts.signedIn}</h2>
      <p class="quiet">${texts.signedInLead} ${step.howSoon}</p>
      ${
        items.length > 0
          ? list(
              items.map((item, i) => itemOf(texts, step, item, `item-${i}`)),
              'list',
            )
          : html`<p>${texts.nothing}</p>`
      }
      ${otherPages(texts, step)}
      ${form(
        { action: step.endOthers, sealed },
        html`<button class="wide" aria-describedby="others">${texts.signOutOthers}</button>
      <p class="quiet" id="others">${texts.signOutOthersLead}</p>`,
      )}
      ${factorsPart(texts, { name: step.name, language: step.language, ...step.factors }, signIn)}
      ${step.trustedDevices.length > 0 && trustedDevicesPart(texts, step)}
      ${appPasswordsPart(texts, { ...step, ...step.appPasswords })}
      ${mailsPart(texts, { ...step.mails, sealed })}
      ${step.invites && invitesPart(texts, { ...step.invites, language: step.language, sealed })}
      <h2>${texts.activity}</h2>
      <p class="quiet">${texts.activityLead(step.days)}${step.isMore && html` ${texts.more}`}</p>
      ${list(
        activity.map((each) => activityOf(texts, step.language, each)),
        'list',
      )}
      <h2>${texts.downloads}</h2>
      ${list([html`<a href="${step.sessionsFile}" download>${texts.downloadSessions}</a>`, html`<a href="${step.activityFile}" download>${texts.downloadActivity}</a>`])}
      <nav><a href="${step.accountPage}">${texts.accountPage}</a>${step.others && html`<a href="${step.others}">${texts.otherAccounts}</a>`}</nav>`
  return { title: texts.title, lead: step.name, content, inlines: [LOCAL_TIMES] }
}

function otherPages(texts: SecurityTexts, { newer, older }: SecurityStep): Html | undefined {
  if (newer === undefined && older === undefined) return undefined
  return html`${list([
    newer !== undefined && html`<a href="${newer}">${texts.newer}</a>`,
    older !== undefined && html`<a href="${older}">${texts.older}</a>`,
  ])}
      <p class="quiet">${texts.more}</p>`
}

function itemOf(
  texts: SecurityTexts,
  { language, endSession, sealed }: SecurityStep,
  item: SignedInItem,
  id: string,
): Html {
  const place = [item.device, item.address].filter(Boolean).join(' · ')
  const times = [
    item.since !== null && html`${texts.since} ${time(language, item.since)}`,
    item.lastUsed !== null && html`${texts.lastUsed} ${time(language, item.lastUsed)}`,
  ].filter((each) => each !== false)
  return html`<div id="${id}"><p class="main">${titleOf(texts, item)}</p>
      <p>${place || texts.unknownPlace}</p>
      <p class="quiet">${times.map((each, i) => html`${i > 0 && ' · '}${each}`)}</p></div>
      ${item.may && html`<details><summary aria-describedby="${id}">${texts.may}</summary>${list([...item.may.words, item.may.isMore && texts.more])}</details>`}
      ${form(
        { action: endSession, sealed },
        html`<input type="hidden" name="kind" value="${item.kind === 'browser' ? 'browser' : 'session'}"><input type="hidden" name="id" value="${item.id}"><button aria-describedby="${id}">${texts.signOut}</button>`,
      )}`
}

function titleOf(texts: SecurityTexts, { kind, name, isThisBrowser }: SignedInItem): string {
  if (isThisBrowser) return texts.thisBrowser
  if (kind === 'browser') return texts.browser
  if (kind === 'password') return texts.withPassword
  return kind === 'app password' ? texts.withAppPassword(chosenName(name)) : name
}

function activityOf(
  texts: SecurityTexts,
  language: PageLanguage,
  { at, event, factor, about }: ActivityItem,
): Html {
  const said = Object.hasOwn(texts.events, event) ? texts.events[event as AuditEvent] : event
  const all = factor ? [texts.factorNames[factor], ...about] : about
  return html`<div><p>${said}</p>
      <p class="quiet">${time(language, at)}${all.map((each) => html` · ${each}`)}</p></div>`
}
