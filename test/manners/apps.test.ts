import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ResponseEnvelope } from '../../http/envelope.ts'
import { startApp } from '../../lab/world/app/app.ts'
import { FORM, form, REQUEST, usualMistakes } from '../shared/mistakes.ts'

const docs = readFileSync(new URL('../../docs/apps.md', import.meta.url), 'utf8')

/** What changes from call to call. */
const general = (description: string) => description.replaceAll(/\d{4,}/g, '…')

test('docs/apps.md says what each usual mistake looks like', async () => {
  const app = await startApp()
  const { publicUrl } = app.runner.settings
  const ask = async (asked: Parameters<typeof app.ask>[0]) => {
    const { status, headers, body } = (await app.ask(asked)) as ResponseEnvelope
    return { status, headers: new Map(headers), body: JSON.parse(String(Buffer.from(body ?? ''))) }
  }
  const good = { method: 'POST', target: '/oauth/par', headers: FORM, body: form(REQUEST) }
  const nonce = (await ask(good)).headers.get('dpop-nonce') as string
  const rows: string[] = []
  for (const { what, method = 'POST', endpoint, headers, body } of await usualMistakes(
    publicUrl,
    nonce,
  )) {
    const answer = await ask({
      method,
      target: endpoint,
      headers: headers ?? {},
      body: body ?? null,
    })
    const { error, error_description: description } = answer.body
    rows.push(`| ${what} | ${answer.status} \`${error}\` | ${general(description)} |`)
  }
  await app.close()
  const missing = rows.filter((row) => !docs.includes(row))
  expect(missing).toEqual([])
  expect(rows.length).toBeGreaterThanOrEqual(15)
})
