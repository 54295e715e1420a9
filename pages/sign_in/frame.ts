import { html } from 'hono/html'
import {
  inLanguage,
  LANGUAGE_LABELS,
  LANGUAGE_NAMES,
  type PageLanguage,
} from '../../http/language.ts'
import type { HttpResponse } from '../../http/message.ts'
import {
  type Html,
  type Inline,
  type Script,
  type Widget,
  writeDocument,
} from '../../http/page/document.ts'
import type { Way } from '../../http/page/layout.ts'
import type { Look } from './look.ts'

/** What stands around each step of a sign-in. */
export type Frame = {
  look: Look
  language: PageLanguage
  /** Where it can be read again, also in another language; null for a step that is shown once. */
  address: string | null
  links: readonly Way[]
  /** Whether it may have forms; true unless given. */
  hasForms?: boolean
  /** What went wrong: one sentence, which is read out at once. */
  alert?: string | undefined
  /** What went well. */
  notice?: string | undefined
  /** What is to be said besides, below that. */
  more?: Html | undefined
  status?: number
}

export type Step = {
  title: string
  lead?: string
  content: Html
  inlines?: readonly Inline[] | undefined
  script?: Script | undefined
  widget?: Widget | undefined
}

export function writeStep(
  { look, language, address, links, hasForms = true, alert, notice, more, status = 200 }: Frame,
  { title, lead, content, inlines, script, widget }: Step,
): HttpResponse {
  const { service, logo, style, images } = look
  const others = Object.entries(LANGUAGE_NAMES) as [PageLanguage, string][]
  const body = html`    <main>
      ${logo ? html`<img class="logo" src="${logo}" alt="${service}">` : html`<p class="name">${service}</p>`}
      <h1>${title}</h1>
      ${lead && html`<p class="lead">${lead}</p>`}
      ${alert && html`<p class="alert" role="alert" id="alert">${alert}</p>`}
      ${notice && html`<p class="notice" role="status">${notice}</p>`}
      ${more}
      ${content}
      ${
        address !== null &&
        html`<details><summary>${LANGUAGE_LABELS[language]} · ${LANGUAGE_NAMES[language]}</summary><nav>${others.map(
          ([tag, name]) =>
            html`<a href="${inLanguage(address, { language: tag })}" lang="${tag}" hreflang="${tag}" ${tag === language && html`aria-current="true"`}>${name}</a>`,
        )}</nav></details>`
      }
      ${links.length > 0 && html`<nav>${links.map(({ text, href }) => html`<a href="${href}">${text}</a>`)}</nav>`}
    </main>`
  // What came of the step before, the title says first: it is what a screen reader begins with.
  const name = [alert, notice, title, service].filter(Boolean).join(' – ')
  const document = {
    language,
    title: name,
    style,
    inlines,
    script,
    widget,
    body,
    status,
    images,
    hasForms,
  }
  return writeDocument(document)
}
