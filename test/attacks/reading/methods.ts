import type { Asked } from '../../../lab/world/app/app.ts'
import { asMeant } from './requests.ts'
import type { Headers, Spelling } from './spelling.ts'

const ask = (how: string, change: Partial<Asked>): Spelling => [
  `by ${how}`,
  (meant) => ({ ...asMeant(meant), ...change }),
]
const say = (how: string, ...headers: Headers): Spelling => [
  how,
  (meant) => ({ ...asMeant(meant), headers: [...(asMeant(meant).headers as Headers), ...headers] }),
]

export const methods: readonly Spelling[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY', 'PROPFIND', 'TRACE'].map(
    (method) => ask(method, { method }),
  ),
  ask('get', { method: 'get' }),
  ask('POST and a space', { method: 'POST ' }),
  ...['x-http-method-override', 'x-http-method', 'x-method-override'].flatMap((name) =>
    ['GET', 'POST', 'DELETE'].map((value) => say(`${name}: ${value}`, [name, value])),
  ),
  say('another address in a header', ['x-original-url', '/tls-check'], ['x-rewrite-url', '/']),
  say('a prefix in a header', ['x-forwarded-prefix', '/x'], ['x-script-name', '/xrpc']),
]
