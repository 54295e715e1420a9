import { html } from 'hono/html'
import type { Step } from './frame.ts'
import type { SignInTexts } from './texts.ts'

/** Leads on to an app. @param to where the person goes on by themselves, if the browser does not lead them */
export function leavingStep(texts: SignInTexts, to: URL): Step {
  const content = html`<a class="button primary wide" href="${to.href}">${texts.goOn}</a>`
  return { title: texts.goOn, lead: texts.goesTo(placeOf(to)), content }
}

/** What a person knows an address by: a scheme of an app's own may have any host behind it. */
export const placeOf = ({ protocol, host }: URL) => (/^https?:$/.test(protocol) ? host : protocol)
