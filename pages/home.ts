import { html } from 'hono/html'
import { inLanguage, readIn, wishOf } from '../http/language.ts'
import type { HttpHandler } from '../http/message.ts'
import { writePage } from '../http/page/layout.ts'
import type { Services } from '../sagas/services/services.ts'
import { type HandleHost, readHandleHost } from './handle_host.ts'
import { linksOf } from './links.ts'
import { homeTexts } from './locales/index.ts'
import type { HomeTexts } from './texts.ts'

/** `/`: says what this is, and where to sign in. On the host of a handle, whose name it is. */
export function serveHome(services: Services): HttpHandler {
  const { name: service, publicUrl, branding } = services.settings
  return async ({ url, headers }) => {
    const language = readIn({ url, headers })
    const texts = homeTexts[language]
    const host = await readHandleHost(services, headers.get('host'))
    const said = host ? aboutHandle(host, texts, service, publicUrl) : aboutService(texts, service)
    const ways = said.ways.map((way) => ({ ...way, href: inLanguage(way.href, wishOf(url)) }))
    return writePage({ language, service, ...said, ways, links: linksOf(branding.links, language) })
  }
}

function aboutService(texts: HomeTexts, service: string) {
  return {
    title: texts.title,
    content: html`<p>${texts.about(service)}</p>`,
    ways: [
      { text: texts.account, href: '/account' },
      { text: texts.signUp, href: '/account/sign-up' },
    ],
  }
}

/** Nothing but the name: what else is known of an account is for its owner. */
function aboutHandle(
  { handle, isTaken }: HandleHost,
  texts: HomeTexts,
  service: string,
  publicUrl: string,
) {
  if (!isTaken) {
    return {
      status: 404,
      title: texts.nobody,
      content: html`<p>${texts.aboutNobody(handle, service)}</p>`,
      ways: [{ text: texts.toService(service), href: `${publicUrl}/` }],
    }
  }
  return {
    title: `@${handle}`,
    content: html`<p>${texts.aboutHandle(service)}</p>`,
    ways: [{ text: texts.signInAt(new URL(publicUrl).host), href: `${publicUrl}/account` }],
  }
}
