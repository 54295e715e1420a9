import { html } from 'hono/html'
import { form, wrong } from '../sign_in/form.ts'
import type { Step } from '../sign_in/frame.ts'
import { type AskedStep, askedForm } from './steps.ts'
import type { OpenidTexts } from './texts.ts'

/** Characters that the field takes. */
export const LONGEST_CODE = 64

export type DeviceCodeStep = {
  /** `@alice.example.com` */
  name: string
  /** What stands in the field. */
  userCode: string
  isWrong: boolean
  action: string
  sealed: string
  /** Chooses another account. */
  other: string
}

/** Where a person types the code that a device shows. */
export function deviceCodeStep(texts: OpenidTexts, step: DeviceCodeStep): Step {
  const { name, userCode, isWrong, other } = step
  const content = html`<p>${texts.deviceLead}</p>
      ${form(
        step,
        html`<div class="field">
        <label for="user_code">${texts.code}</label>
        <input id="user_code" name="user_code" value="${userCode}" maxlength="${LONGEST_CODE}" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" required autofocus ${wrong(isWrong)}>
      </div>
      <div class="actions"><button class="primary">${texts.goOn}</button></div>`,
      )}
      <p><a class="link" href="${other}">${texts.otherAccount}</a></p>`
  return { title: texts.deviceTitle, lead: texts.lead(name), content }
}

export type DeviceConsentStep = AskedStep & {
  /** `WDJB-MJHT` */
  code: string
  /** From where the device asked: its system and address. */
  from: string
}

/** Asks a person whether the app on a device may come in. */
export function deviceConsentStep(
  texts: OpenidTexts,
  service: string,
  step: DeviceConsentStep,
): Step {
  const { app, name, code, from } = step
  const note = html`<p class="notice">${texts.codeShown(code)}</p>`
  const content = html`<p>${texts.askedFrom(app, from)}</p>
      ${askedForm(texts, service, step, note)}`
  return { title: texts.title(app), lead: texts.lead(name), content }
}

export type DeviceDoneStep = { isAllowed: boolean; app: string }

export function deviceDoneStep(texts: OpenidTexts, { isAllowed, app }: DeviceDoneStep): Step {
  const [title, text] = isAllowed
    ? [texts.deviceDone, texts.deviceDoneLead(app)]
    : [texts.deviceRefused, texts.deviceRefusedLead(app)]
  return { title, content: html`<p>${text}</p>` }
}
