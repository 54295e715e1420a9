import { type PageLanguage, readIn } from '../../http/language.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  withoutHeaders,
} from '../../http/message.ts'
import { cspHash } from '../../http/page/document.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { leadingOn, NEEDS_STYLE, needsOf } from './needs.ts'
import { pageScript } from './script.ts'

/**
 * The pages' script loses the class of a button's text colour, and the text is near-white on a light
 * colour in dark mode; this is the colour that the provider chose for it. Quiet texts are a little too
 * quiet in the light (WCAG 1.4.3: 4.34 and 3.69 of 4.5). The note stands above the list of apps, where
 * no message covers it.
 */
const STYLE = `.bg-primary{color:var(--primary-foreground)}
@media(prefers-color-scheme:light){:root{--muted-foreground:oklch(51% 0 0)}}
span.opacity-50{opacity:.75}
#choose-permissions{display:block;margin-bottom:1rem;font-size:.875rem;text-decoration:underline}
#revocation-note{box-sizing:border-box;width:100%;max-width:56rem;margin:0 auto;padding:1rem 1rem 0;color:var(--muted-foreground);font-size:.875rem}
@media(min-width:48rem){#revocation-note{padding:1.5rem 1.5rem 0}}
${NEEDS_STYLE}`
const STYLE_HASH = cspHash(STYLE)

const ROOT = '<div id="root"></div>'
const CSP = 'content-security-policy'

/** What is known of a page besides. */
type More = {
  /** One more script, which runs before the provider's. */
  handover?: string | undefined
  /** What the app asked for (OpenID Connect Core section 3.1.2.1). */
  uiLocales?: string | undefined
  /** The page in its place for a browser that runs no scripts; undefined where there is none. */
  withoutScripts?: string | undefined
}

/**
 * How to give a page of the provider's what it lacks: its language, a legible colour of buttons, a word
 * for browsers without scripts or cookies, and what {@link pageScript} says.
 *
 * @param minutes for which an app can go on whose access is revoked
 */
export function finishing(minutes: number) {
  const script = pageScript(minutes)
  const scriptHash = cspHash(script)
  return (request: HttpRequest, response: HttpResponse, more: More = {}): HttpResponse => {
    const isPage = headerOf(response, 'content-type')?.startsWith('text/html')
    const policy = headerOf(response, CSP)
    if (!isPage || !policy || response.body === null) return response
    const language = readIn(request, more.uiLocales)
    const page = new TextDecoder().decode(response.body)
    const { headers, ...rest } = withoutHeaders(response, [CSP, 'content-length', 'etag'])
    const { handover } = more
    const hashes = [scriptHash, ...(handover ? [cspHash(handover)] : [])]
    return {
      ...rest,
      headers: [...headers, [CSP, allowed(policy, hashes)]],
      body: Buffer.from(finish(page, request, { language, script, ...more })),
    }
  }
}

function finish(
  page: string,
  request: HttpRequest,
  { language, script, handover, withoutScripts }: More & { language: PageLanguage; script: string },
): string {
  const { goOn } = errorPageTexts[language]
  const root = `${ROOT}${needsOf(request, language, withoutScripts)}<script>${script}</script>`
  return (
    page
      .replace(/<html(?: lang="en")?>/, `<html lang="${language}">`)
      // The form by which a browser is sent on waits for a click where scripts are off.
      .replace('type="submit" value="Continue"', `type="submit" value="${goOn}"`)
      .replace('</head>', () => `<style>${STYLE}</style>${leadingOn(withoutScripts)}</head>`)
      .replace(ROOT, () => root)
      .replace('</body>', (end) => (handover ? `<script>${handover}</script>${end}` : end))
  )
}

/** The policy with the hashes of what was added (CSP level 3 section 6.7.3.3). */
function allowed(policy: string, scriptHashes: string[]): string {
  return policy
    .replace(/\bstyle-src[^;]*/, `$& ${STYLE_HASH}`)
    .replace(/\bscript-src[^;]*/, `$& ${scriptHashes.join(' ')}`)
}
