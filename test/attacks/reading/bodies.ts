import { asMeant, FORM, JSON_TYPE, OTHER, toForm } from './requests.ts'
import { escaped, type Headers, type Spelling } from './spelling.ts'

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
