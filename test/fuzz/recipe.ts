import { mutateJson, mutateText } from './mutate.ts'
import type { Random } from './random.ts'

export type Pairs = [name: string, value: string][]

/** A request in pieces, so that each can be spoilt by itself. */
export type Recipe = {
  method: string
  path: string
  query: Pairs
  headers: Pairs
  cookies: Pairs
  body: { form: Pairs } | { json: unknown } | { raw: string } | null
}

/** A request as it is sent. */
export type Dish = { method: string; target: string; headers: Pairs; body: string | null }

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'QUERY']
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/octet-stream',
  '',
  'a/b/c',
  '; ;',
]
const ENCODINGS = ['gzip', 'deflate', 'br', 'identity', 'x, y', '']
/** Framing is the client library's own; broken framing is tried over a bare socket. */
const FRAMING = new Set(['content-length', 'transfer-encoding', 'connection', 'upgrade', 'expect'])

/** Spoils a request in one or several places, or in none. */
export function spoil(random: Random, recipe: Recipe): Recipe {
  let spoilt = structuredClone(recipe)
  for (let times = random.int(4); times > 0; times--) spoilt = spoilOnce(random, spoilt)
  return spoilt
}

function spoilOnce(random: Random, recipe: Recipe): Recipe {
  switch (random.int(12)) {
    case 0:
      return { ...recipe, method: random.pick(METHODS) }
    case 1:
      return {
        ...recipe,
        path: `/${encodeURI(mutateText(random, recipe.path.slice(1)).toWellFormed())}`,
      }
    case 2:
      return { ...recipe, path: `/${mutateText(random, recipe.path.slice(1))}` }
    case 3:
    case 4:
      return { ...recipe, query: spoilPairs(random, recipe.query) }
    case 5:
    case 6:
      return { ...recipe, headers: spoilPairs(random, recipe.headers) }
    case 7:
      return { ...recipe, cookies: spoilPairs(random, recipe.cookies) }
    case 8:
      return {
        ...recipe,
        headers: [
          ...recipe.headers.filter(([name]) => name !== 'content-type'),
          random.chance(0.8)
            ? ['content-type', random.pick(TYPES)]
            : ['content-encoding', random.pick(ENCODINGS)],
        ],
      }
    default:
      return { ...recipe, body: spoilBody(random, recipe.body) }
  }
}

function spoilPairs(random: Random, pairs: Pairs): Pairs {
  const at = random.int(pairs.length)
  const [name, value] = pairs[at] ?? ['name', 'value']
  const others = pairs.filter((_, index) => index !== at)
  switch (random.int(5)) {
    case 0:
      return others
    case 1:
      return [...pairs, [name, value]]
    case 2:
      return [...others, [mutateText(random, name), value]]
    default:
      return [...others, [name, mutateText(random, value)]]
  }
}

function spoilBody(random: Random, body: Recipe['body']): Recipe['body'] {
  if (body === null) return random.pick([{ json: {} }, { raw: 'x' }, { form: [['a', 'b']] }, null])
  if (random.chance(0.1)) return null
  if ('raw' in body) return { raw: mutateText(random, body.raw) }
  if (random.chance(0.1)) return { raw: mutateText(random, written(body)) }
  if ('json' in body) return { json: mutateJson(random, body.json) }
  return { form: spoilPairs(random, body.form) }
}

/** Writes a request as far as a client can be made to send it. */
export function serve({ method, path, query, headers, cookies, body }: Recipe): Dish {
  const search = query.map(([name, value]) => `${escapeSome(name)}=${escapeSome(value)}`).join('&')
  const target = (search ? `${path}?${search}` : path).replace(/[^\x21-\xff]/g, (char) =>
    encodeURIComponent(char.toWellFormed()),
  )
  const cookie = cookies.map((pair) => pair.join('=')).join('; ')
  const all: Pairs = cookie ? [...headers, ['cookie', cookie]] : headers
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return {
    method,
    target,
    headers: all
      .map(([name, value]): [string, string] => [
        name.toLowerCase(),
        value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?').trim(),
      ])
      .filter(([name]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !FRAMING.has(name)),
    body: hasBody && body !== null ? written(body).toWellFormed() : null,
  }
}

function written(body: NonNullable<Recipe['body']>): string {
  if ('raw' in body) return body.raw
  if ('json' in body) return JSON.stringify(body.json) ?? ''
  return new URLSearchParams(body.form).toString()
}

/** Names and values may be broken escapes already; those stay what they are. */
const escapeSome = (text: string) => text.replace(/[&#+\s]/g, (char) => encodeURIComponent(char))
