import type { AppInProcess, Asked } from '../../lab/world/app/app.ts'

export type Answered = { status: number; headers: Record<string, string>; body: unknown }

/** Asks the application, and reads its answer; what it hands on has the status 0. */
export async function ask(app: AppInProcess, asked: Asked): Promise<Answered> {
  const answer = await app.ask(asked)
  if (!('status' in answer)) return { status: 0, headers: {}, body: answer }
  const text = Buffer.from(answer.body ?? []).toString()
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: text.startsWith('{') ? JSON.parse(text) : text,
  }
}

/** @param address of the client */
export function post(
  app: AppInProcess,
  target: string,
  body: object,
  headers: Record<string, string> = {},
  address?: string,
): Promise<Answered> {
  return ask(app, {
    method: 'POST',
    target,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(address !== undefined && { address }),
  })
}

const CSRF = '0'.repeat(24)

/** Calls the pages' API as a page of the provider does. */
export function askPage(
  app: AppInProcess,
  endpoint: string,
  body: object,
  address?: string,
): Promise<Answered> {
  const origin = app.runner.settings.publicUrl
  const headers = {
    origin,
    referer: `${origin}/account`,
    cookie: `csrf-token=${CSRF}`,
    'x-csrf-token': CSRF,
    'sec-fetch-dest': 'empty',
    'sec-fetch-mode': 'same-origin',
    'sec-fetch-site': 'same-origin',
  }
  return post(app, `/@atproto/oauth-provider/~api/${endpoint}`, body, headers, address)
}
