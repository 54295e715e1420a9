import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { within } from '../../../base/values/network.ts'
import { clientAddress } from '../../../gateway/requests/client_address.ts'
import type { RequestEnvelope } from '../../../http/envelope.ts'
import { type LoopbackServer, listenOnLoopback, type Peer } from '../../../lab/world/loopback.ts'
import { passingTo, startTestGateway } from '../../shared/test_gateway.ts'

const PROXY = '10.0.0.1'
const trusts = within(['10.0.0.0/8', 'fd00::/8'])
const CLIENT = '198.51.100.1'
const CLIENT6 = '2001:db8::1'

describe('31. X-Forwarded-For of a trusted proxy', () => {
  const read = (value: string) => clientAddress(PROXY, { 'x-forwarded-for': value }, trusts)

  test.each([
    ['an address', CLIENT, CLIENT],
    ['with a port', `${CLIENT}:4711`, CLIENT],
    ['in quotes', `"${CLIENT}:4711"`, CLIENT],
    ['IPv6', CLIENT6, CLIENT6],
    ['IPv6 in brackets', `[${CLIENT6}]`, CLIENT6],
    ['IPv6 in brackets with a port', `[${CLIENT6}]:4711`, CLIENT6],
    ['IPv6 in full and in capitals', '2001:0DB8:0:0:0:0:0:1', CLIENT6],
    ['IPv6 with a zone', 'fe80::1%eth0', 'fe80::1'],
    ['IPv4 in IPv6', `::ffff:${CLIENT}`, CLIENT],
    ['IPv4 in IPv6 in brackets', `[::ffff:c633:6401]:80`, CLIENT],
    ['white space', `  ${CLIENT}\t`, CLIENT],
    ['empty elements', `, ${CLIENT} ,, `, CLIENT],
    ['a client that is unknown', 'unknown', 'unknown'],
    ['a client that is hidden', '_client-7', '_client-7'],
    ['several hops', `${CLIENT}, 10.1.1.1, [fd00::1]:80`, CLIENT],
    ['what a client wrote before it', `127.0.0.1, 203.0.113.5, ${CLIENT}, 10.1.1.1`, CLIENT],
    ['a trusted address that a client wrote', `10.9.9.9, ${CLIENT}`, CLIENT],
    ['rubbish that a client wrote', `", for=1.1.1.1;, ${CLIENT}`, CLIENT],
  ])('%s', (_, value, address) => {
    expect(read(value)).toBe(address)
  })

  test.each(['rubbish', '', '127.1', '0x7f.1', '1.2.3', '1.2.3.4:port', '[::1', '_', '_<script>'])(
    '%j names no address: that of the proxy counts',
    (value) => {
      expect(read(value)).toBe(PROXY)
      expect(read(`${CLIENT}, ${value || 'rubbish'}`)).toBe(PROXY)
    },
  )
})

describe('31. Forwarded of a trusted proxy', () => {
  const read = (forwarded: string) => clientAddress(PROXY, { forwarded }, trusts)

  // The examples of RFC 7239, sections 4, 6 and 7.1, and what is seen in the field.
  test.each([
    ['for="_gazonk"', '_gazonk'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['proto=http;by=203.0.113.43;for=192.0.2.60', '192.0.2.60'],
    ['for=192.0.2.43, for=198.51.100.17', '198.51.100.17'],
    ['for=192.0.2.43, for=10.1.1.1', '192.0.2.43'],
    ['for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown', 'unknown'],
    ['for=_hidden, for=_SEVKISEK', '_SEVKISEK'],
    ['for="192.0.2.43:47011"', '192.0.2.43'],
    ['for="192.0.2.43:_port"', '192.0.2.43'],
    ['for="\\[2001:db8:cafe::17\\]"', '2001:db8:cafe::17'],
    ['for=192.0.2.43:47011', '192.0.2.43'],
    ['for=[2001:db8:cafe::17]:4711', '2001:db8:cafe::17'],
    ['for = 192.0.2.43 ; proto = https', '192.0.2.43'],
    ['for="unclosed, for=192.0.2.43', '192.0.2.43'],
    ['by=_x;notfor=192.0.2.1, for=192.0.2.43', '192.0.2.43'],
  ])('%s', (value, address) => {
    expect(read(value)).toBe(address)
  })

  test.each(['proto=https', 'notfor=192.0.2.43', 'for=', 'for=192.0.2.1, proto=https', ''])(
    '%j names no address: that of the proxy counts',
    (value) => {
      expect(read(value)).toBe(PROXY)
    },
  )

  test('a proxy that writes X-Forwarded-For passes on what a client says there', () => {
    const headers = { 'x-forwarded-for': CLIENT, forwarded: 'for=203.0.113.99' }
    expect(clientAddress(PROXY, headers, trusts)).toBe(CLIENT)
  })
})

test('31. only a trusted proxy is believed', () => {
  const headers = { 'x-forwarded-for': CLIENT, forwarded: `for=${CLIENT}` }
  expect(clientAddress('203.0.113.9', headers, trusts)).toBe('203.0.113.9')
  expect(clientAddress('::ffff:203.0.113.9', headers, trusts)).toBe('203.0.113.9')
  expect(clientAddress(`::ffff:${PROXY}`, headers, trusts)).toBe(CLIENT)
})

describe('31. over a socket', () => {
  let seenByAuth: RequestEnvelope
  let seenByPds: IncomingMessage['headers']
  let pds: LoopbackServer
  let gateway: Peer

  beforeAll(async () => {
    pds = await listenOnLoopback((incoming, outgoing) => {
      seenByPds = incoming.headers
      outgoing.end('ok')
    })
    const passing = passingTo(pds.url)
    const auth = {
      ...passing,
      answer: (envelope: RequestEnvelope) => {
        seenByAuth = envelope
        return passing.answer(envelope)
      },
    }
    gateway = await startTestGateway(auth, {}, { trustedProxies: ['127.0.0.1'] })
  })
  afterAll(async () => {
    await gateway?.close()
    await pds?.close()
  })

  async function ask(...headers: string[]): Promise<void> {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1')
    const lines = ['GET /xrpc/a.b.c HTTP/1.1', 'Host: a', ...headers]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 200 /)
    socket.destroy()
  }

  test('repeated headers are one list', async () => {
    await ask('X-Forwarded-For: 203.0.113.5', `X-Forwarded-For: ${CLIENT}, 127.0.0.1`)
    expect(seenByAuth.client.address).toBe(CLIENT)
    await ask('Forwarded: for=203.0.113.5', `Forwarded: for="[${CLIENT6}]:80"`)
    expect(seenByAuth.client.address).toBe(CLIENT6)
  })

  test.each(['x-forwarded-for', 'X-Forwarded-For, close', 'forwarded', 'x-real-ip'])(
    'Connection: %s takes no address away, and hides no proxy',
    async (named) => {
      await ask(`Connection: ${named}`, `X-Forwarded-For: ${CLIENT}`, 'X-Real-IP: 203.0.113.5')
      expect(seenByAuth.client.address).toBe(CLIENT)
      expect(seenByAuth.headers.map(([name]) => name)).toContain('X-Forwarded-For')
      expect(seenByPds['x-forwarded-for']).toContain(CLIENT)
    },
  )

  test.each(['Via', 'CF-Connecting-IP'])(
    'Connection hides no proxy that writes %s',
    async (name) => {
      await ask(`Connection: ${name}`, `${name}: 1.1 proxy`)
      expect(seenByAuth.headers.map(([given]) => given)).toContain(name)
    },
  )

  test('headers that Connection names are not passed on', async () => {
    await ask('Connection: x-secret, authorization', 'X-Secret: 1', 'Authorization: Bearer x')
    for (const names of [seenByAuth.headers.map(([name]) => name), Object.keys(seenByPds)]) {
      expect(names.join().toLowerCase()).not.toMatch(/secret|authorization/)
    }
    await ask('X-Secret: 1', 'Authorization: Bearer x')
    expect(seenByPds).toMatchObject({ 'x-secret': '1', authorization: 'Bearer x' })
  })
})
