import type { XrpcAnswer } from './world.ts'

const CSRF = '0123456789abcdef01234567'

/** What the provider sees of a browser and of the scripts in its pages. */
export class Browser {
  readonly #fetch: typeof globalThis.fetch
  readonly #origin: string
  readonly #cookies = new Map([['csrf-token', CSRF]])

  constructor({ fetch, url }: { fetch: typeof globalThis.fetch; url: string }) {
    this.#fetch = fetch
    this.#origin = url
  }

  get deviceId(): string {
    return this.#cookies.get('dev-id') ?? ''
  }

  open(url: string): Promise<Response> {
    return this.#send(url, {
      headers: {
        accept: 'text/html',
        'sec-fetch-dest': 'document',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-site': 'cross-site',
      },
    })
  }

  /** Calls the provider's API as its page would. @param bearer the token of a sign-in */
  async api(
    endpoint: string,
    input: object,
    { page = `${this.#origin}/account`, bearer }: { page?: string; bearer?: string } = {},
  ): Promise<XrpcAnswer> {
    const response = await this.#send(`${this.#origin}/@atproto/oauth-provider/~api/${endpoint}`, {
      method: 'POST',
      headers: {
        origin: this.#origin,
        referer: page,
        'content-type': 'application/json',
        'sec-fetch-dest': 'empty',
        'sec-fetch-mode': 'same-origin',
        'sec-fetch-site': 'same-origin',
        'x-csrf-token': CSRF,
        ...(bearer && { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(input),
    })
    return { status: response.status, body: await response.json() }
  }

  async #send(
    url: string,
    init: { method?: string; headers: Record<string, string>; body?: string },
  ): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await this.#fetch(url, { ...init, headers: { ...init.headers, cookie } })
    for (const header of response.headers.getSetCookie()) {
      const [name = '', value = ''] = header.split(';', 1)[0]?.split('=') ?? []
      this.#cookies.set(name, value)
    }
    return response
  }
}
