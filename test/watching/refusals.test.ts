import { expect, test } from 'vitest'
import { HttpRequest, jsonResponse } from '../../http/message.ts'
import { noteOverload, watchOverload } from '../../http/overload.ts'
import { logRefusal } from '../../oauth/requests/refusal_log.ts'
import { keptLog } from '../shared/logged.ts'

const kept = keptLog()
const request = new HttpRequest({
  method: 'GET',
  url: new URL('https://auth.example.com/oauth/authorize?client_id=app'),
  headers: new Map(),
  body: null,
  peer: { address: '192.0.2.7' } as HttpRequest['peer'],
})

/** So many that to look at each again for each of them takes longer than a test may. */
const QUESTION_MARKS = '?'.repeat(2_000_000)

const TOLD = 'error=invalid_scope&error_description=None+of+them&state=x'

test.each([
  ['a query', `https://app.example.com/?${TOLD}`],
  ['a query with more', `https://app.example.com/?error=own&iss=y&${TOLD}`],
  ['a fragment', `https://app.example.com/?own=x#${TOLD}`],
  ['nothing but question marks', `https://app.example.com/${QUESTION_MARKS}&${TOLD}`],
])('an error that a redirect has behind %s is a line of the log', (_, location) => {
  kept.clear()
  logRefusal(kept.log, request, { status: 303, headers: [['location', location]], body: null })
  const told = { clientId: 'app', error: 'invalid_scope', description: 'None of them' }
  expect(kept.lines()).toMatchObject([told])
})

test.each(['https://app.example.com/?code=error', `https://app.example.com/${QUESTION_MARKS}`])(
  'a redirect that tells no error is none',
  (location) => {
    kept.clear()
    logRefusal(kept.log, request, { status: 303, headers: [['location', location]], body: null })
    expect(kept.lines()).toEqual([])
  },
)

test('where there is too much to do for all, a refusal is no line of its own', async () => {
  kept.clear()
  const refused = jsonResponse({ error: 'invalid_client' }, { status: 400 })
  await watchOverload(async () => {
    logRefusal(kept.log, request, refused)
    noteOverload({ by: 'everybody', work: 'looking up elsewhere', retryAfter: 1 })
    logRefusal(kept.log, request, refused)
  })
  expect(kept.lines()).toHaveLength(1)
})
