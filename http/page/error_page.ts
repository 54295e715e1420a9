import { html } from 'hono/html'
import type { ErrorPage, PageRefusal } from '../answers/refuse.ts'
import { inLanguage, type Reader, readIn, type Wish, wishOf } from '../language.ts'
import type { HttpResponse } from '../message.ts'
import type { ErrorPageTexts } from './error_texts.ts'
import { type Way, writePage } from './layout.ts'
import { errorPageTexts } from './locales/index.ts'

/**
 * Writes the page of a refusal in the reader's language, with a way to the app or to a page that
 * works.
 *
 * @param service what the pages call this service
 * @param reader whose wish each way from there keeps; null for a request that cannot be read
 */
export function writeErrorPage(
  { status, headers, page }: PageRefusal,
  service: string,
  reader: Reader | null,
): HttpResponse {
  const language = reader ? readIn(reader) : 'en'
  const texts = errorPageTexts[language]
  const { title, advice } = texts.obstacles[page.obstacle]
  const written = writePage({
    language,
    service,
    title,
    content: html`<p>${advice}</p>
      ${page.reason && html`<p class="quiet">${texts.forMakers} <code lang="en">${page.reason}</code></p>`}`,
    ways: waysFrom(page, texts, reader ? wishOf(reader.url) : {}),
    status,
  })
  return { ...written, headers: [...written.headers, ...headers] }
}

/** An empty address is that of the page itself. */
function waysFrom(
  { obstacle, app, again = '', giveUp }: ErrorPage,
  texts: ErrorPageTexts,
  wish: Wish,
): Way[] {
  const read = (href: string) => (href.startsWith('/') ? inLanguage(href, wish) : href)
  const isPassing = !['link', 'ended', 'nowhere'].includes(obstacle)
  return [
    ...(app ? [{ text: texts.toApp(new URL(app).hostname), href: app }] : []),
    ...(isPassing ? [{ text: texts.again, href: read(again) }] : []),
    ...(giveUp ? [{ text: texts.giveUp, href: read(giveUp) }] : []),
    ...(isPassing ? [] : [{ text: texts.toAccount, href: read('/account') }]),
  ]
}
