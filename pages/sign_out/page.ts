import { html } from 'hono/html'
import { form } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import type { SignOutTexts } from './texts.ts'

/** @param given.name `@alice.example.com` */
export function signOutStep(
  texts: SignOutTexts,
  { name, action, link }: { name: string; action: string; link: string },
): Step {
  const content = html`<p>${texts.what}</p>
      <p class="quiet">${texts.otherwise}</p>
      ${form({ action, sealed: link }, html`<button class="primary wide">${texts.button}</button>`)}`
  return { title: texts.title, lead: name, content }
}

/** The same for a link that was used, or is too old. */
export function overStep(
  texts: SignOutTexts,
  days: number,
  ways: { reset: string; security: string },
): Step {
  const content = html`<p>${texts.overWhy(days)}</p>
      <div class="actions"><a class="button primary" href="${ways.security}">${texts.security}</a><a class="button" href="${ways.reset}">${texts.reset}</a></div>`
  return { title: texts.over, content }
}
