import { html } from 'hono/html'
import type { ErrorPage, PageRefusal } from '../answers/refuse.ts'
import type { PageLanguage } from '../language.ts'
import type { HttpResponse } from '../message.ts'
import type { ErrorPageTexts } from './error_texts.ts'
import { type Way, writePage } from './layout.ts'
import { errorPageTexts } from './locales/index.ts'

/**
 * Writes the page of a refusal in the reader's language, with a way to the app or to a page that
 * works.
 *
 * @param service what the pages call this service
 */
export function writeErrorPage(
  { status, headers, page }: PageRefusal,
  service: string,
  language: PageLanguage,
): HttpResponse {
  const texts = errorPageTexts[language]
  const { title, advice } = texts.obstacles[page.obstacle]
  const written = writePage({
    language,
    service,
    title,
    content: html`<p>${advice}</p>
      ${page.reason && html`<p class="quiet">${texts.forMakers} <code lang="en">${page.reason}</code></p>`}`,
    ways: waysFrom(page, texts),
    status,
  })
  return { ...written, headers: [...written.headers, ...headers] }
}

/** An empty address is that of the page itself. */
function waysFrom({ obstacle, app, again = '', giveUp }: ErrorPage, texts: ErrorPageTexts): Way[] {
  const isPassing = !['link', 'ended', 'nowhere'].includes(obstacle)
  return [
    ...(app ? [{ text: texts.toApp(new URL(app).hostname), href: app }] : []),
    ...(isPassing ? [{ text: texts.again, href: again }] : []),
    ...(giveUp ? [{ text: texts.giveUp, href: giveUp }] : []),
    ...(isPassing ? [] : [{ text: texts.toAccount, href: '/account' }]),
  ]
}
