import { parse } from 'hono/utils/cookie'
import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { PAGE_API } from '../../../oauth/paths.ts'
import { CLIENT_ID, FORM, form, REQUEST } from '../mistakes.ts'

export type Seen = {
  status: number
  header(name: string): string | undefined
  cookies: string[]
  text: string
  title: string
  /** What went wrong, as the page says it. */
  alert: string | undefined
  notice: string | undefined
  /** Of links and forms. */
  hrefs: string[]
  action: string | undefined
  /** The field at which a person begins, and those that are said to be wrong. */
  begins: string | undefined
  wrong: string[]
  /** The fields of the page's form, as they are filled in. */
  fields: Record<string, string>
}

type Sent = {
  headers?: Record<string, string>
  address?: string
  /** Written behind the fields of a form. */
  behind?: string
}

/** A browser, as far as a page without scripts needs one. */
export class Visitor {
  readonly #app: AppInProcess
  readonly #origin: string
  readonly cookies = new Map<string, { value: string; path: string }>()
  language = 'en'

  constructor(app: AppInProcess) {
    this.#app = app
    this.#origin = app.runner.settings.publicUrl
  }

  /** Opens an address as a link does; `follow` goes after redirects of this origin. */
  async open(target: string, { headers = {}, address }: Sent = {}): Promise<Seen> {
    return this.#ask('GET', target, null, { 'sec-fetch-site': 'none', ...headers }, address)
  }

  /** Sends the form of a page, with what is filled in. */
  async send(
    page: Pick<Seen, 'action' | 'fields'> & Partial<Pick<Seen, 'header'>>,
    fields: Record<string, string> = {},
    { headers = {}, address, behind = '' }: Sent = {},
  ): Promise<Seen> {
    const body = form({ ...page.fields, ...fields }) + behind
    // https://fetch.spec.whatwg.org/#append-a-request-origin-header
    const isHidden = page.header?.('referrer-policy') === 'no-referrer'
    const origin = isHidden ? 'null' : this.#origin
    const own = { ...FORM, origin, 'sec-fetch-site': 'same-origin' }
    return this.#ask('POST', page.action ?? '', body, { ...own, ...headers }, address)
  }

  /**
   * Calls what the script of a page of the provider's calls, also where that page was not opened.
   *
   * @param input null where it reads
   */
  async call(endpoint: string, input: object | null, page = '/account/'): Promise<Seen> {
    const csrf = this.cookies.get('csrf-token') ?? { value: 'c5f'.repeat(8), path: '/' }
    this.cookies.set('csrf-token', csrf)
    const body = input && JSON.stringify(input)
    return this.#ask(body ? 'POST' : 'GET', `${PAGE_API}/${endpoint}`, body, {
      ...(body && { 'content-type': 'application/json' }),
      origin: this.#origin,
      referer: this.#origin + page,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'same-origin',
      'sec-fetch-dest': 'empty',
      'x-csrf-token': csrf.value,
    })
  }

  /** Goes where an answer leads to. */
  async follow(answer: Seen): Promise<Seen> {
    const [address = ''] = answer.header('location')?.split('#', 1) ?? []
    return this.open(address)
  }

  async #ask(
    method: string,
    target: string,
    body: string | null,
    headers: Record<string, string>,
    address?: string,
  ): Promise<Seen> {
    const path = target.split('?', 1)[0] ?? ''
    const cookie = [...this.cookies]
      .filter(([, each]) => path.startsWith(each.path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const answer = await this.#app.ask({
      method,
      target,
      body,
      headers: withoutEmpty({
        'accept-language': this.language,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        ...(cookie && { cookie }),
        ...headers,
      }),
      ...(address && { address }),
    })
    if (!('status' in answer)) throw new Error('no answer')
    for (const [name, value] of answer.headers) if (name === 'set-cookie') this.#keep(value)
    return seen(answer.status, answer.headers, Buffer.from(answer.body ?? '').toString())
  }

  #keep(header: string): void {
    const [[name, value] = ['', '']] = Object.entries(parse(header.split(';', 1)[0] ?? ''))
    const isKept = /; httponly/i.test(header) && /; samesite=(lax|strict)/i.test(header)
    if (!isKept && name !== FOR_SCRIPTS) throw new Error(`Others may have the cookie ${name}`)
    const path = /; path=([^;]*)/i.exec(header)?.[1] ?? '/'
    const isTaken = /; max-age=0(;|$)/i.test(header)
    if (!isTaken) this.cookies.set(name, { value: value ?? '', path })
    else if (this.cookies.get(name)?.path === path) this.cookies.delete(name)
  }
}

/** The one cookie that scripts of the provider's pages read, and that says nothing of the browser. */
const FOR_SCRIPTS = 'csrf-token'

/** Of attributes that are written twice, a browser takes the first. */
const WRITTEN_TWICE = /<[a-z]+(?= )[^>]*? ([a-z-]+)="[^"]*"[^>]* \1="/

function seen(status: number, headers: [string, string][], text: string): Seen {
  const of = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[1]
    return found === undefined ? undefined : unescaped(found)
  }
  const [, first = ''] = /<form([\s\S]*?)<\/form>/.exec(text) ?? []
  const fields = [...first.matchAll(/<input [^>]*>/g)].map(([input]) => {
    const name = /name="([^"]*)"/.exec(input)?.[1] ?? ''
    const value = unescaped(/value="([^"]*)"/.exec(input)?.[1] ?? '')
    const isBox = input.includes('type="checkbox"')
    return isBox ? [name, input.includes(' checked') ? 'on' : null] : [name, value]
  })
  const [twice] = WRITTEN_TWICE.exec(text) ?? []
  if (twice) throw new Error(`An attribute is there twice: ${twice}`)
  const inputs = [...text.matchAll(/<input [^>]*>/g)].map(([input]) => input)
  const namesOf = (sign: RegExp) =>
    inputs
      .filter((input) => sign.test(input))
      .map((input) => / name="([^"]*)"/.exec(input)?.[1] ?? '')
  return {
    begins: namesOf(/ autofocus[ >]/)[0],
    wrong: namesOf(/ aria-invalid="true"[^>]* aria-describedby="(?:[^"]* )?alert"/),
    status,
    header: (name) => headers.find(([given]) => given === name)?.[1],
    cookies: headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
    text,
    title: of(/<h1>([^<]*)/) ?? '',
    alert: of(/<p class="alert"[^>]*>([\s\S]*?)<\/p>/)?.replaceAll(/<[^>]*>/g, ''),
    notice: of(/<p class="notice"[^>]*>([^<]*)/),
    hrefs: [...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => unescaped(href ?? '')),
    action: of(/<form method="post" action="([^"]*)"/),
    fields: Object.fromEntries(fields.filter(([, value]) => value !== null)),
  }
}

const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** The address of a sign-in that an app has pushed. */
export async function push(app: AppInProcess, more: Record<string, string> = {}) {
  const body = form({ ...REQUEST, ...more })
  const answer = await app.ask({ method: 'POST', target: '/oauth/par', headers: FORM, body })
  if (!('status' in answer) || answer.status !== 201) throw new Error('the request was refused')
  const { request_uri } = JSON.parse(Buffer.from(answer.body ?? '').toString())
  const url = `/oauth/authorize?${new URLSearchParams({ client_id: more.client_id ?? CLIENT_ID, request_uri })}`
  return { url, id: String(request_uri).split(':').at(-1) ?? '' }
}

/** Where an answer leads to by itself: by a redirect, or as the page behind a form. */
export function leadsTo({ header }: Pick<Seen, 'header'>): string | undefined {
  const [, to = header('location')] = header('refresh')?.split('0; url=') ?? []
  return to
}

/** What the provider's page tells its script. */
export function told(page: Seen, name: string) {
  const given = new RegExp(`window\\["${name}"\\]=JSON\\.parse\\(("(?:[^"\\\\]|\\\\.)*")\\)`).exec(
    page.text,
  )?.[1]
  return given === undefined ? undefined : JSON.parse(JSON.parse(given))
}

/** A header without a value is not sent. */
function withoutEmpty(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
}
