import { html } from 'hono/html'
import type { Step } from './frame.ts'
import type { SignInTexts } from './texts.ts'

/**
 * Beside the style of the steps of a sign-in (`look.ts`): until an address of the web has answered, the page stays, and
 * its button would send the same code again, which ends what the first one gave. So it comes late.
 */
export const LEAVING_STYLE = `.late{animation:late 0s 5s backwards}
@keyframes late{from{visibility:hidden}}
`

/**
 * Leads on to an app.
 *
 * @param to where the person goes on by themselves, if the browser does not lead them
 * @param leads whether it does
 */
export function leavingStep(texts: SignInTexts, to: URL, leads: boolean): Step {
  const isLate = leads && isOfWeb(to)
  const content = html`<a class="button primary wide${isLate ? ' late' : ''}" href="${to.href}">${texts.goOn}</a>`
  return { title: texts.goOn, lead: texts.goesTo(placeOf(to)), content }
}

/** What a person knows an address by: a scheme of an app's own may have any host behind it. */
export const placeOf = (to: URL) => (isOfWeb(to) ? to.host : to.protocol)

/** Not of a scheme of an app's own. */
export const isOfWeb = ({ protocol }: URL) => /^https?:$/.test(protocol)
