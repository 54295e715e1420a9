import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { CAPACITY } from '../../gateway/capacity.ts'
import { RequestsOfOne } from '../../gateway/connections/requests_of_one.ts'

const PROXY = '192.0.2.1'
const [CLIENT, OTHER] = ['198.51.100.1', '198.51.100.2']

const inBounds = () =>
  new RequestsOfOne({
    trusts: (address) => address === PROXY,
    capacity: { ...CAPACITY, requestsOfOne: 1 },
  })
/** A response as far as it says when it is over. */
const response = (destroyed = false) =>
  Object.assign(new EventEmitter(), { destroyed }) as unknown as ServerResponse

test('a client has as many requests under way as it may, also after some were answered', () => {
  const requests = inBounds()
  const first = response()
  expect(requests.begin(CLIENT, first)).toBeNull()
  expect(requests.begin(CLIENT, response())).toMatchObject({ status: 429 })
  expect(requests.begin(OTHER, response())).toBeNull()
  first.emit('close')
  expect(requests.begin(CLIENT, response())).toBeNull()
})

test('a request whose client has gone before it began takes no room for ever', () => {
  const requests = inBounds()
  expect(requests.begin(CLIENT, response(true))).toBeNull()
  expect(requests.begin(CLIENT, response())).toBeNull()
})

test('a proxy that does not say for whom it asks has no bound', () => {
  const requests = inBounds()
  for (const _ of ['first', 'second']) expect(requests.begin(PROXY, response())).toBeNull()
})
