import { type PageRefusal, pageRefusal } from '../http/answers/refuse.ts'
import { type HttpRequest, type HttpResponse, textResponse } from '../http/message.ts'
import type { Script } from '../http/page/document.ts'
import { SCRIPTS } from './paths.ts'

/** What pages load. */
export type PageScripts = { passkeys: Script; copy: Script }

/** The scripts of this program's own pages. The address of each changes with its content. */
export class Scripts {
  readonly #scripts: readonly Script[]

  constructor(scripts: PageScripts) {
    this.#scripts = Object.values(scripts)
  }

  takes({ url }: HttpRequest): boolean {
    return url.pathname.startsWith(SCRIPTS)
  }

  async answer({ url }: HttpRequest): Promise<HttpResponse> {
    const script = this.#scripts.find(({ path }) => path === url.pathname)
    if (!script) return pageRefusal(404, { obstacle: 'nowhere' })
    return textResponse(script.text, {
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      },
    })
  }

  refused(_: HttpRequest, refusal: PageRefusal): HttpResponse {
    return refusal
  }
}
