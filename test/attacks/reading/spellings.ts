import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Asked } from '../../../lab/world/app.ts'
import { asMeant, FORM, JSON_TYPE, type Meant, OTHER, toForm } from './requests.ts'

/** How a request is spelt otherwise, and what that makes of it; undefined where it does not apply. */
export type Spelling = readonly [how: string, spell: (meant: Meant) => Asked | undefined]

type Headers = [string, string][]

const rename = (how: string, spell: (path: string) => string): Spelling => [
  how,
  (meant) => ({ ...asMeant(meant), target: spell(meant.target) }),
]
const lastSegment = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const beforeLast = (path: string) => path.slice(0, path.lastIndexOf('/'))
const escaped = (letter: string) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
const swapCase = (text: string) =>
  text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))

export const paths: readonly Spelling[] = [
  rename('a slash at the end', (path) => `${path}/`),
  rename('two slashes at the end', (path) => `${path}//`),
  rename('a slash before', (path) => `/${path}`),
  rename('a slash twice within', (path) => `${beforeLast(path)}//${lastSegment(path)}`),
  rename('a dot before', (path) => `/.${path}`),
  rename('two dots before', (path) => `/x/..${path}`),
  rename('two dots within', (path) => `${beforeLast(path)}/x/../${lastSegment(path)}`),
  rename('an escaped dot before', (path) => `/%2e${path}`),
  rename('escaped dots before', (path) => `/x/%2E%2e${path}`),
  rename('a dot segment at the end', (path) => `${path}/.`),
  rename('a dot at the end', (path) => `${path}.`),
  rename('capitals', (path) => path.toUpperCase()),
  rename(
    'the other case at the end',
    (path) => `${beforeLast(path)}/${swapCase(lastSegment(path))}`,
  ),
  rename('one capital', (path) => path.replace(/[a-z]$/, (letter) => letter.toUpperCase())),
  rename('an escaped letter', (path) => path.replace(/[a-z]$/, escaped)),
  rename('an escaped letter within', (path) => path.replace(/[a-z]/, escaped)),
  rename('an escaped slash', (path) => `${beforeLast(path)}%2F${lastSegment(path)}`),
  rename('an escaped slash, in lower case', (path) => `${beforeLast(path)}%2f${lastSegment(path)}`),
  rename('an escaped slash at the end', (path) => `${path}%2f`),
  rename('a backslash', (path) => `${beforeLast(path)}\\${lastSegment(path)}`),
  rename('a backslash before', (path) => `\\${path}`),
  rename('parameters of a segment', (path) => `${path};a=b`),
  rename('an escaped NUL', (path) => `${path}%00`),
  rename('an escaped space', (path) => `${path}%20`),
  rename('a tab', (path) => `${path}\t`),
  rename('a space', (path) => `${path} `),
  rename('an escaped line end', (path) => `${path}%0d%0a`),
  rename('an escaped question mark', (path) => `${path}%3f`),
  rename('a fragment', (path) => `${path}#x`),
  rename('a bare percent', (path) => `${path}%`),
  rename('a wrong escape', (path) => `${path}%zz`),
  rename('an overlong escape', (path) => path.replace(/.$/, '%c1%af')),
  rename('a wide letter', (path) => `${path}\uff41`),
  rename('a host within', (path) => `//evil.test${path}`),
  rename('a whole address', (path) => `http://localhost:2600${path}`),
  rename('an empty query', (path) => `${path}?`),
  rename('a query', (path) => `${path}?x=1`),
  rename('somebody else in the query', (path) => `${path}?identifier=${OTHER}&email=${OTHER}`),
  rename('a method in the query', (path) => `${path}?_method=GET`),
  rename('brackets in the query', (path) => `${path}?did[]=${OTHER}&handle[x]=${OTHER}`),
  rename('__proto__ in the query', (path) => `${path}?__proto__=1`),
]

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

/** Says of the body, as it is meant, something else. */
const label = (how: string, ...headers: Headers): Spelling => [
  how,
  (meant) =>
    meant.body
      ? { ...asMeant(meant), headers: [...Object.entries(meant.headers), ...headers] }
      : undefined,
]
const typed = (how: string, type: (given: string) => string): Spelling => [
  how,
  (meant) => label(how, ['content-type', type(meant.type)])[1](meant),
]

export const labels: readonly Spelling[] = [
  label('no type'),
  typed('capitals', (type) => type.toUpperCase()),
  typed('spaces around', (type) => ` ${type} `),
  typed('a semicolon at the end', (type) => `${type};`),
  ...['utf-8', 'UTF-8', '"utf-8"', 'utf8', 'utf-16', 'utf-16le', 'utf-32', 'utf-7', 'latin1'].map(
    (charset) => typed(`charset ${charset}`, (type) => `${type}; charset=${charset}`),
  ),
  typed('two charsets', (type) => `${type}; charset=utf-8; charset=utf-16`),
  typed('a charset in quotes', (type) => `${type}; x="; charset=utf-16"`),
  typed('a charset with spaces', (type) => `${type}; charset = utf-16`),
  ...[
    'text/plain',
    'text/json',
    'json',
    'application/ld+json',
    '*/*',
    '',
    'multipart/form-data',
  ].map((type) => typed(`type ${type}`, () => type)),
  typed('the other type', (type) => (type === FORM ? JSON_TYPE : FORM)),
  typed('two types', (type) => `${type}, text/plain`),
  [
    'a type twice',
    (meant) => label('', ['content-type', meant.type], ['Content-Type', 'text/plain'])[1](meant),
  ],
  ...['gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'GZIP', 'aes128gcm'].map(
    (coding): Spelling => [
      `coding ${coding}, which it has not`,
      (meant) => label('', ['content-type', meant.type], ['content-encoding', coding])[1](meant),
    ],
  ),
  ...(
    [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const
  ).map(
    ([coding, compress]): Spelling => [
      `coding ${coding}`,
      (meant) => {
        const given = label('', ['content-type', meant.type], ['content-encoding', coding])[1](
          meant,
        )
        return given && { ...given, body: compress(given.body as string) }
      },
    ],
  ),
  [
    'coding identity',
    (meant) => label('', ['content-type', meant.type], ['content-encoding', 'Identity'])[1](meant),
  ],
]

/** Spells the body as JSON otherwise. */
const json = (how: string, spell: (text: string, body: Body) => string | Uint8Array): Spelling => [
  how,
  (meant) => {
    if (!meant.body) return undefined
    const headers: Headers = [...Object.entries(meant.headers), ['content-type', JSON_TYPE]]
    return { ...asMeant(meant), headers, body: spell(JSON.stringify(meant.body), meant.body) }
  },
]
type Body = Record<string, unknown>
const and = (more: string) => (text: string) =>
  text === '{}' ? `{${more}}` : text.replace(/}$/, `,${more}}`)
const first = (more: string) => (text: string) =>
  text.replace(/^{/, text === '{}' ? `{${more}` : `{${more},`)
const everyText = (change: (value: string) => unknown) => (_: string, body: Body) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(body).map(([k, v]) => [k, typeof v === 'string' ? change(v) : v]),
    ),
  )
const NAMES = ['username', 'identifier', 'email', 'did', 'handle', 'account']
const somebodyElse = (name: string) => `"${name}":"${OTHER}"`
const nested = (levels: number) => `"x":${'['.repeat(levels)}${']'.repeat(levels)}`

export const bodies: readonly Spelling[] = [
  json('JSON', (text) => text),
  json('spaces', (text) => ` \n\t${text.replaceAll(':', ' : ')}\r\n`),
  json('escaped letters', (text) =>
    text.replace(/[a-z](?=")/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  ),
  ...NAMES.map((name) => json(`${name} beside it`, and(somebodyElse(name)))),
  ...NAMES.map((name) => json(`${name} before it`, first(somebodyElse(name)))),
  json('each member twice', (text) => text.replace(/^{(.+)}$/, '{$1,$1}')),
  json('each member of somebody else after', (text, body) =>
    text.replace(
      /}$/,
      `${Object.keys(body)
        .map((name) => `,${somebodyElse(name)}`)
        .join('')}}`,
    ),
  ),
  json('each member of somebody else before, escaped', (text, body) =>
    text.replace(
      /^{/,
      `{${Object.keys(body)
        .map(
          (name) =>
            `"${name.replace(/^./, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}":"${OTHER}",`,
        )
        .join('')}`,
    ),
  ),
  json('a repeated member within', and('"x":{"a":1,"a":2}')),
  json('__proto__', and(`"__proto__":{${somebodyElse('identifier')}}`)),
  json('constructor', and(`"constructor":{"prototype":{${somebodyElse('identifier')}}}`)),
  json('toString', and('"toString":"x"')),
  ...[8, 33, 500, 9_000].map((levels) => json(`${levels} levels`, and(nested(levels)))),
  json('9,000 levels and no end', () => '['.repeat(9_000)),
  json('9,000 levels of objects', () => '{"a":'.repeat(9_000)),
  json('a list around', (text) => `[${text}]`),
  json(
    'each text in a list',
    everyText((value) => [value]),
  ),
  json(
    'each text in an object',
    everyText((value) => ({ value })),
  ),
  json(
    'each text as a number',
    everyText(() => 1),
  ),
  json(
    'each text as null',
    everyText(() => null),
  ),
  json(
    'each text as true',
    everyText(() => true),
  ),
  json(
    'each text empty',
    everyText(() => ''),
  ),
  json(
    'half of a surrogate pair',
    everyText((value) => `${value}\ud800`),
  ),
  json(
    'a NUL in each text',
    everyText((value) => `${value}\0`),
  ),
  json('a bare NUL', (text) => text.replace(/"}/, '\0"}')),
  json(
    'spaces and @ around each text',
    everyText((value) => ` @ ${value} `),
  ),
  json(
    'capitals in each text',
    everyText((value) => value.toUpperCase()),
  ),
  json('a byte order mark', (text) => `\ufeff${text}`),
  json('UTF-16', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
  json('UTF-16 without a mark', (text) => Buffer.from(text, 'utf16le')),
  json('wrong UTF-8', (text) =>
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from('ff7d', 'hex')]),
  ),
  json('overlong UTF-8', (text) => Buffer.concat([Buffer.from('c0a0', 'hex'), Buffer.from(text)])),
  json('a comment', (text) => `/* x */${text}`),
  json('a comma at the end', (text) => text.replace(/}$/, ',}')),
  json('single quotes', (text) => text.replaceAll('"', "'")),
  json('names without quotes', (text) => text.replace(/"(\w+)":/g, '$1:')),
  json('two values', (text) => text + text),
  json('a line of JSON after it', (text) => `${text}\n{${somebodyElse('identifier')}}`),
  json(")]}' before it", (text) => `)]}'\n${text}`),
  json('a number', () => '1'),
  json('a text', () => '"x"'),
  json('null', () => 'null'),
  json('nothing', () => ''),
  json('NaN', () => 'NaN'),
  json('a form', (_, body) => String(toForm(body))),
]

/** Spells the body as a form otherwise, where the route takes one. */
const form = (how: string, spell: (text: string) => string | Uint8Array): Spelling => [
  `form: ${how}`,
  (meant) =>
    meant.type === FORM && meant.body
      ? { ...asMeant(meant), body: spell(String(toForm(meant.body))) }
      : undefined,
]

export const forms: readonly Spelling[] = [
  form('each field twice', (text) => `${text}&${text}`),
  form(
    'each field twice, the second escaped',
    (text) => `${text}&${text.replace(/[a-z](?==)/g, escaped)}`,
  ),
  form('brackets', (text) => `${text}&${text.replaceAll('=', '[]=')}`),
  form('semicolons', (text) => text.replaceAll('&', ';')),
  form('__proto__', (text) => `${text}&__proto__=1`),
  form('a byte order mark', (text) => `\ufeff${text}`),
  form('wrong UTF-8', (text) => Buffer.concat([Buffer.from(`${text}&x=`), Buffer.from([0xff])])),
  form('wrong escapes', (text) => `${text}&x=%ff%zz`),
  form('nothing', () => ''),
  form('JSON', () => '{}'),
]
