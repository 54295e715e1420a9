import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { asMeant, FORM, JSON_TYPE } from './requests.ts'
import type { Headers, Spelling } from './spelling.ts'

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
