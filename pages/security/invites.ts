import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import { copyButton } from '../../http/page/copy.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { form } from '../sign_in/form.ts'
import type { SecurityTexts } from './texts.ts'
import { time } from './time.ts'

/** The part of the page in its address. */
export const INVITES = 'invites'

/** An invite code as its person sees it. */
export type InviteItem = {
  code: string
  /** Milliseconds since the epoch. */
  createdAt: number
  /** Who came by it, as people are called. */
  usedBy: readonly string[]
  /** Where somebody signs up with it; undefined where nobody can any more. */
  signUp: string | undefined
}

export type InvitesPart = {
  codes: readonly InviteItem[]
  /** How many a person may make in a month, and how many of them now. */
  most: number
  left: number
  /** Whether one was just made. */
  isMade: boolean
  make: string
  disable: string
}

/** A person's invite codes, as a part of the page. */
export function invitesPart(
  texts: SecurityTexts,
  part: InvitesPart & { language: PageLanguage; sealed: string },
): Html {
  const { codes, most, left, isMade, make, sealed } = part
  return html`<h2 id="${INVITES}">${texts.invites}</h2>
      <p class="quiet">${texts.invitesLead(most)}</p>
      ${isMade && html`<p class="notice" role="status">${texts.inviteMade}</p>`}
      ${list(
        codes.map((each, i) => itemOf(texts, part, each, `invite-${i}`)),
        'list',
      )}
      <p id="invites-left">${texts.invitesLeft(left)}</p>
      ${left > 0 && form({ action: make, sealed }, html`<button class="wide" aria-describedby="invites-left">${texts.makeInvite}</button>`)}`
}

function itemOf(
  texts: SecurityTexts,
  { language, sealed, disable }: InvitesPart & { language: PageLanguage; sealed: string },
  { code, createdAt, usedBy, signUp }: InviteItem,
  id: string,
): Html {
  const button = html`<input type="hidden" name="code" value="${code}"><button aria-describedby="${id}">${texts.disableInvite}</button>`
  return html`<div id="${id}"><p><code class="whole">${code}</code> ${signUp && copyButton(code, texts, id)}</p>
      ${usedBy.length > 0 && html`<p>${texts.inviteUsedBy(usedBy.join(', '))}</p>`}
      ${signUp && html`<p><a href="${signUp}">${texts.inviteLink}</a></p>`}
      ${!signUp && usedBy.length === 0 && html`<p>${texts.inviteOff}</p>`}
      <p class="quiet">${texts.since} ${time(language, createdAt)}</p></div>
      ${signUp && form({ action: disable, sealed }, button)}`
}
