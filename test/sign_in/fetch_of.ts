import type { AppInProcess } from '../../lab/world/app/app.ts'

/** What reaches the application as if it were on the network. */
export function fetchOf(to: Pick<AppInProcess, 'ask'>): typeof fetch {
  return async (...args) => {
    const request = new Request(...args)
    const { pathname, search } = new URL(request.url)
    const answer = await to.ask({
      method: request.method,
      target: pathname + search,
      headers: [...request.headers],
      body: await request.text(),
    })
    if (!('status' in answer)) throw new Error('no answer')
    const body = answer.body === null ? null : Buffer.from(answer.body)
    return new Response(body, { status: answer.status, headers: answer.headers })
  }
}
