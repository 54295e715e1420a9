import { createHash } from 'node:crypto'
import { type PageLanguage, pageLanguage } from '../../http/language.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  withoutHeaders,
} from '../../http/message.ts'
import { errorPageTexts } from '../../http/page/error_texts.ts'
import { NEEDS_SCRIPT, NEEDS_STYLE, needsOf } from './needs.ts'
import { revocationNote } from './revocation_note.ts'

/**
 * The pages' script loses the class of a button's text colour, and the text is near-white on a light
 * colour in dark mode; this is the colour that the provider chose for it. Quiet texts are a little too
 * quiet in the light (WCAG 1.4.3: 4.34 and 3.69 of 4.5). The note stands
 * below the list of apps only, on wide screens beside the message that an app was revoked.
 */
const STYLE = `.bg-primary{color:var(--primary-foreground)}
@media(prefers-color-scheme:light){:root{--muted-foreground:oklch(51% 0 0)}}
span.opacity-50{opacity:.75}
#revocation-note{display:none;position:sticky;bottom:0;margin:0;padding:.75rem 1rem;border-top:1px solid var(--border);background:var(--background);color:var(--foreground);font-size:.875rem;text-align:center}
[data-page=apps] #revocation-note{display:block}
@media(min-width:48rem){#revocation-note{padding-left:17rem;text-align:start}}
${NEEDS_STYLE}`

/** Says which page is shown, where the pages' script changes it without loading another. */
const SCRIPT = `{const say=()=>{document.documentElement.dataset.page=location.pathname.split('/')[4]??''}
new MutationObserver(say).observe(document.getElementById('root'),{childList:true,subtree:true});say()}
${NEEDS_SCRIPT}`

const ROOT = '<div id="root"></div>'
const CSP = 'content-security-policy'

type About = {
  request: HttpRequest
  language: PageLanguage
  /** For which an app can go on whose access is revoked. */
  minutes: number
}

/**
 * A page of the provider's with what it lacks: its language, a legible colour of buttons, a word for
 * browsers without scripts or cookies, and on the account page how soon an app is out that is revoked.
 */
export function finishPage(
  request: HttpRequest,
  response: HttpResponse,
  minutes: About['minutes'],
): HttpResponse {
  const isPage = headerOf(response, 'content-type')?.startsWith('text/html')
  const policy = headerOf(response, CSP)
  if (!isPage || !policy || response.body === null) return response
  const language = pageLanguage(request.headers.get('accept-language'))
  const page = new TextDecoder().decode(response.body)
  const { headers, status } = withoutHeaders(response, [CSP, 'content-length', 'etag'])
  return {
    ...response,
    status,
    headers: [...headers, [CSP, allowed(policy)]],
    body: Buffer.from(finish(page, { request, language, minutes })),
  }
}

function finish(page: string, { request, language, minutes }: About): string {
  const note = `<p id="revocation-note" role="note">${revocationNote(language, minutes)}</p>`
  const { goOn } = errorPageTexts[language]
  const root = `${ROOT}${note}${needsOf(request, language)}<script>${SCRIPT}</script>`
  return (
    page
      .replace(/<html(?: lang="en")?>/, `<html lang="${language}">`)
      // The form by which a browser is sent on waits for a click where scripts are off.
      .replace('type="submit" value="Continue"', `type="submit" value="${goOn}"`)
      .replace('</head>', `<style>${STYLE}</style></head>`)
      .replace(ROOT, () => root)
  )
}

/** The policy with the hashes of what was added (CSP level 3 section 6.7.3.3). */
function allowed(policy: string): string {
  return policy
    .replace(/(?<=\bstyle-src[^;]*)(?=;|$)/, ` ${hashOf(STYLE)}`)
    .replace(/(?<=\bscript-src[^;]*)(?=;|$)/, ` ${hashOf(SCRIPT)}`)
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
