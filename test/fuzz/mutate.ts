import type { Random } from './random.ts'

/** What programs trip over. */
const NASTY: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '9007199254740993',
  '1e309',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\r\nset-cookie: a=b',
  '%',
  '%00',
  '%ff',
  '%c0%ae%c0%ae',
  '%u0041',
  '../../../etc/passwd',
  '..%2f..%2f',
  "' OR 1=1 --",
  '"; DROP TABLE account; --',
  '<script>alert(1)</script>',
  '{{7*7}}',
  `$\{7*7}`,
  'é',
  '🦋',
  '\ud800',
  '\u202e',
  'İ',
  'ﬃ',
  'a'.repeat(300),
  'a.'.repeat(150),
  'A'.repeat(9_000),
  'did:plc:',
  'did:web:',
  'did:web:localhost%3A1',
  'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa',
  'at://',
  'http://localhost',
  'http://localhost?',
  'http://[::1',
  'http://127.0.0.1:1/',
  'https://app.vestibule.internal:1/client.json',
  'javascript:alert(1)',
  'urn:ietf:params:oauth:request_uri:req-',
  'cod-',
  'ref-',
  'tok-',
  'Bearer',
  'DPoP',
  'Basic Og==',
  'atproto atproto',
  'ref:none.test',
  'include:none.test.permissions',
  '*/*',
  'en-US,en;q=0.5,*;q=0.1,,;;',
]

/** Another text, more or less like the one given. */
export function mutateText(random: Random, text: string): string {
  if (isJwt(text) && random.chance(0.6)) return mutateJwt(random, text)
  const at = random.int(text.length + 1)
  switch (random.int(9)) {
    case 0:
      return random.pick(NASTY)
    case 1:
      return text.slice(0, at) + random.pick(NASTY) + text.slice(at)
    case 2:
      return text.slice(0, at)
    case 3:
      return text.slice(at)
    case 4:
      return text + text
    case 5:
      return text.slice(0, at) + String.fromCharCode(random.int(256)) + text.slice(at + 1)
    case 6:
      return swapCase(text, at)
    case 7:
      return text.split('.').reverse().join('.')
    default:
      return [...text].map((char) => (random.chance(0.1) ? random.pick(NASTY)[0] : char)).join('')
  }
}

export function isJwt(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)
}

/** A token whose header or claims are other ones, or that is put together from pieces. */
function mutateJwt(random: Random, jwt: string): string {
  const [header = '', claims = '', signature = ''] = jwt.split('.')
  switch (random.int(6)) {
    case 0:
      return [encode(mutateJson(random, decode(header))), claims, signature].join('.')
    case 1:
      return [header, encode(mutateJson(random, decode(claims))), signature].join('.')
    case 2:
      return [encode({ ...asObject(decode(header)), alg: 'none' }), claims, ''].join('.')
    case 3:
      return [header, claims, mutateText(random, signature.replaceAll('.', ''))].join('.')
    case 4:
      return [header, claims].join('.')
    default:
      return [header, claims, signature, signature].join('.')
  }
}

/** Another JSON value, more or less like the one given. */
export function mutateJson(random: Random, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.7)) {
    const at = random.int(value.length)
    return value.map((item, index) => (index === at ? mutateJson(random, item) : item))
  }
  if (typeof value === 'object' && value !== null && random.chance(0.8)) {
    return mutateObject(random, value as Record<string, unknown>)
  }
  if (typeof value === 'string' && random.chance(0.7)) return mutateText(random, value)
  return random.pick<unknown>([
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    1e300,
    [],
    {},
    [[]],
    [value],
    { value },
    String(value),
    random.pick(NASTY),
    nested(random.int(500)),
  ])
}

function mutateObject(random: Random, object: Record<string, unknown>): Record<string, unknown> {
  const keys = Object.keys(object)
  const key = keys.length > 0 ? random.pick(keys) : 'value'
  const { [key]: value, ...others } = object
  switch (random.int(5)) {
    case 0:
      return others
    case 1:
      // As a key of its own, not as the prototype.
      return Object.defineProperty({ ...object }, '__proto__', {
        value: { admin: true },
        enumerable: true,
      })
    case 2:
      return { ...others, [mutateText(random, key)]: value }
    default:
      return { ...object, [key]: mutateJson(random, value) }
  }
}

function nested(depth: number): unknown {
  let value: unknown = 0
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

function swapCase(text: string, at: number): string {
  const upper = text.toUpperCase()
  return text.slice(0, at) + (upper === text ? text.toLowerCase() : upper).slice(at)
}

const encode = (value: unknown) =>
  Buffer.from(JSON.stringify(value) ?? 'undefined').toString('base64url')
const asObject = (value: unknown) => (typeof value === 'object' ? value : { value })

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return part
  }
}
