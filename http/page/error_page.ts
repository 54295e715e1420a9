import { html } from 'hono/html'
import type { PageLanguage } from '../language.ts'
import type { HttpResponse } from '../message.ts'
import type { PageRefusal } from '../refuse.ts'
import { errorPageTexts } from './error_texts.ts'
import { writePage } from './layout.ts'

/**
 * Writes the page of a refusal in the reader's language, with a way to a page that works.
 *
 * @param service what the pages call this service
 */
export function writeErrorPage(
  { status, headers, reason }: PageRefusal,
  service: string,
  language: PageLanguage,
): HttpResponse {
  const { title, advice, forMakers, back } = errorPageTexts[language]
  const page = writePage({
    language,
    service,
    title,
    content: html`<p>${advice}</p>
      <p class="quiet">${forMakers} <code lang="en">invalid_request: ${reason}</code></p>`,
    ways: [{ text: back, href: '/account' }],
    status,
  })
  return { ...page, headers: [...page.headers, ...headers] }
}
