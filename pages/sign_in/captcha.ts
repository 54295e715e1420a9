import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import type { Html, Widget } from '../../http/page/document.ts'

/** A captcha on a page. */
export type CaptchaUse = { siteKey: string; widget: Widget }

/** What its script puts into the form. */
export const CAPTCHA_FIELD = 'h-captcha-response'

/**
 * @see https://docs.hcaptcha.com/#content-security-policy-settings
 */
const SOURCES = ['https://hcaptcha.com', 'https://*.hcaptcha.com']

export function hCaptcha(siteKey: string, language: PageLanguage): CaptchaUse {
  const script = `https://js.hcaptcha.com/1/api.js?hl=${language}`
  return { siteKey, widget: { script, sources: SOURCES } }
}

/**
 * The script finds it by its class. The compact form is as wide as a phone has room for.
 *
 * @param withoutScript what is said where scripts do not run
 */
export function captchaField({ siteKey }: CaptchaUse, withoutScript: string): Html {
  return html`<div class="field h-captcha" data-sitekey="${siteKey}" data-size="compact"></div>
      <noscript><p class="alert">${withoutScript}</p></noscript>`
}
