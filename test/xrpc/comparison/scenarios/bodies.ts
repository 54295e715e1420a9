import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Client } from '../client.ts'

const KIB = 1024
const JSON_TYPE = { 'content-type': 'application/json' }

/** How long a body may be, and what it may be written in. */
export async function bodies(c: Client): Promise<void> {
  const { handle, password } = await c.newPerson('bod')
  const text = JSON.stringify({ identifier: handle, password })
  const send = (
    name: string,
    body: string | Buffer<ArrayBuffer>,
    headers: Record<string, string> = JSON_TYPE,
  ) => c.note(`createSession: ${name}`, c.send('server.createSession', body, headers))

  const coded = (coding: string) => ({ ...JSON_TYPE, 'content-encoding': coding })
  for (const length of [60, 64, 65, 100, 140, 160, 1024]) {
    const padding = 'x'.repeat(length * KIB - text.length - ',"pad":""'.length)
    const long = text.replace(/}$/, `,"pad":"${padding}"}`)
    await send(`a body of ${length} KiB`, long)
    await send(`a body of ${length} KiB, packed`, gzipSync(long), coded('gzip'))
  }

  await send('gzip', gzipSync(text), coded('gzip'))
  await send('deflate', deflateSync(text), coded('deflate'))
  await send('br', brotliCompressSync(text), coded('br'))
  await send('identity', text, coded('identity'))
  await send('a coding that there is not', text, coded('x-none'))
  await send('gzip in capitals', gzipSync(text), coded('GZIP'))
  await send('gzip that is none', text, coded('gzip'))
  await send('gzip that is cut', gzipSync(text).subarray(0, -5), coded('gzip'))
  await send(
    'gzip with more behind it',
    Buffer.concat([gzipSync(text), Buffer.from('x')]),
    coded('gzip'),
  )
  await send('gzip twice', gzipSync(gzipSync(text)), coded('gzip, gzip'))

  const typed = (type: string) => ({ 'content-type': type })
  await send('charset=utf-8', text, typed('application/json; charset=utf-8'))
  await send('charset=UTF-8 in quotes', text, typed('application/json; charset="UTF-8"'))
  await send('charset=iso-8859-1', text, typed('application/json; charset=iso-8859-1'))
  await send('type in capitals', text, typed('Application/JSON'))
  await send('text/plain', text, typed('text/plain'))
  await send('a form', text, typed('application/x-www-form-urlencoded'))
  await send('no JSON', `${text},`)
  await send('a list', `[${text}]`)
  await send('a string', JSON.stringify(text))
  await send('null', 'null')
  await send('nothing', '')
}
