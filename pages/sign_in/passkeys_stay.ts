import { html } from 'hono/html'
import { chosenName } from '../../http/page/chosen_name.ts'
import type { Html } from '../../http/page/document.ts'
import { list } from '../../http/page/list.ts'
import type { SignInTexts } from './texts.ts'

/**
 * A new password, and the link that signs out, leave passkeys alone, and so one that a thief added.
 *
 * @param href where they are removed
 */
export function passkeysStay(texts: SignInTexts, names: readonly string[], href: string): Html {
  return html`<div class="notice"><p>${texts.passkeysStay}</p>
      ${list(names.map(chosenName))}
      <a href="${href}">${texts.toPasskeys}</a></div>`
}
