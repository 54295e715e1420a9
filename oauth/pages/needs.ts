import { html } from 'hono/html'
import type { PageLanguage } from '../../http/language.ts'
import type { HttpRequest } from '../../http/message.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { giveUpAddress, signInAddress } from './give_up.ts'

const NO_COOKIES = 'no-cookies'

export const NEEDS_STYLE = `.needs{box-sizing:border-box;max-width:28rem;margin:15vh auto 0;padding:1.5rem}
.needs h1{margin:0 0 .75rem;font-size:1.25rem;font-weight:600}
.needs a{display:block;margin-top:.75rem;padding:.5rem .75rem;border:1px solid var(--border);border-radius:.625rem;text-align:center}`

/** Shows the note in the place of the page, whose script sends this cookie's value with each call. */
export const NEEDS_SCRIPT = `if(!document.cookie.includes('csrf-token=')){document.getElementById('root').hidden=true;document.getElementById('${NO_COOKIES}').hidden=false}`

/** Leads a browser that runs no scripts on to a page that needs none. @param to undefined where there is none */
export function leadingOn(to: string | undefined): string {
  if (to === undefined) return ''
  return String(html`<noscript><meta http-equiv="refresh" content="0;url=${to}"></noscript>`)
}

/**
 * What a page of the provider's says to a browser that runs no scripts or keeps no cookies, with the
 * ways from there: to try again, and to go back to the app, which then learns why.
 *
 * @param withoutScripts a page that needs none; undefined where there is none
 */
export function needsOf(
  request: HttpRequest,
  language: PageLanguage,
  withoutScripts: string | undefined,
): string {
  const texts = errorPageTexts[language]
  const note = (lacks: 'cookies' | 'scripts') => {
    const { title, advice } = texts.obstacles[lacks]
    const giveUp = giveUpAddress(request, lacks)
    return html`<h1>${title}</h1><p>${advice}</p><a href="${signInAddress(request) ?? ''}">${texts.again}</a>${giveUp && html`<a href="${giveUp}">${texts.giveUp}</a>`}`
  }
  const way = withoutScripts && html`<a href="${withoutScripts}">${texts.goOn}</a>`
  return String(
    html`<noscript><main class="needs">${way ?? note('scripts')}</main></noscript><main class="needs" id="${NO_COOKIES}" role="alert" hidden>${note('cookies')}</main>`,
  )
}
