import { html } from 'hono/html'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import { form } from '../sign_in/form.ts'
import type { SecurityTexts } from './texts.ts'

export type MailsPart = {
  /** Whether a mail tells of a sign-in from a new device. */
  newDevices: boolean
  action: string
}

/** Which mails a person gets, and the switch of the only ones that can be turned off. */
export function mailsPart(
  texts: SecurityTexts,
  { newDevices, action, sealed }: MailsPart & { sealed: string },
): Html {
  const button = html`<input type="hidden" name="on" value="${newDevices ? '0' : '1'}"><button aria-describedby="mails">${newDevices ? texts.turnOff : texts.turnOn}</button>`
  const mails = html`<div id="mails"><p class="main">${texts.newDevices}</p>
      <p>${newDevices ? texts.turnedOn : texts.turnedOff}</p></div>
      ${form({ action, sealed }, button)}`
  return html`<h2>${texts.mails}</h2>
      <p class="quiet">${texts.mailsLead}</p>
      ${list([mails], 'list')}`
}
