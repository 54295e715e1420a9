import { html } from 'hono/html'
import { actions, type Form, form, type Ways } from './form.ts'
import type { Step } from './frame.ts'
import type { SignInTexts } from './texts.ts'

export type ReactivationStep = Pick<Form, 'action' | 'sealed'> &
  Pick<Ways, 'cancel'> & {
    /** `@alice.example.com` */
    name: string
    /** Chooses another account. */
    other: string
  }

/** Asks whether an account that is deactivated shall be active again, in a browser that runs no scripts. */
export function reactivationStep(texts: SignInTexts, step: ReactivationStep): Step {
  const { title, lead, what, confirm } = texts.reactivation
  const content = html`${form(
    step,
    html`<p>${what}</p>
      ${actions(texts, confirm, step)}`,
  )}
      <p><a class="link" href="${step.other}">${texts.anotherAccount}</a></p>`
  return { title, lead: lead(step.name), content }
}
