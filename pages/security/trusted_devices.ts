import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { form } from '../sign_in/form.ts'
import type { SecurityTexts } from './texts.ts'
import { time } from './time.ts'

/** A browser that is not asked for a second factor. Times are milliseconds since the epoch. */
export type TrustedDeviceItem = {
  id: string
  device: string
  since: number
  lastUsed: number
  until: number
  isThisBrowser: boolean
}

export type TrustedDevicesPart = {
  language: PageLanguage
  trustedDevices: readonly TrustedDeviceItem[]
  sealed: string
  revokeTrustedDevice: string
}

/** The devices that are trusted, as a part of the page. */
export function trustedDevicesPart(
  texts: SecurityTexts,
  { language, trustedDevices, sealed, revokeTrustedDevice }: TrustedDevicesPart,
): Html {
  const item = (each: TrustedDeviceItem, id: string) =>
    html`<div id="${id}"><p class="main">${each.isThisBrowser ? texts.thisBrowser : texts.browser}</p>
      <p>${each.device || texts.unknownPlace}</p>
      <p class="quiet">${texts.since} ${time(language, each.since)} · ${texts.lastUsed} ${time(language, each.lastUsed)} · ${texts.until} ${time(language, each.until)}</p></div>
      ${form(
        { action: revokeTrustedDevice, sealed },
        html`<input type="hidden" name="id" value="${each.id}"><button aria-describedby="${id}">${texts.revoke}</button>`,
      )}`
  return html`<h3>${texts.trustedDevices}</h3>
      <p class="quiet">${texts.trustedDevicesLead}</p>
      ${list(
        trustedDevices.map((each, i) => item(each, `trusted-${i}`)),
        'list',
      )}`
}
