import { expect, test } from 'vitest'
import { descriptions } from '../../operator/descriptions/index.ts'
import { resultOf } from '../../operator_page/result.ts'

const TO_ACCOUNT = '/operator/do/account/show?account='

/** Commands whose answers name a PDS by its DID. */
const ofPds = descriptions.filter(({ words }) => /^pds (list|add|close|open|remove)$/.test(words))

test.each(ofPds)('$words: the DID of a PDS leads to no account', async ({ leadsTo }) => {
  const pds = { did: 'did:web:pds.test', url: 'https://pds.test' }
  for (const answer of [pds, { pdses: [pds] }]) {
    const page = String(await resultOf(answer, leadsTo))
    expect(page).toContain('did:web:pds.test')
    expect(page).not.toContain(TO_ACCOUNT)
  }
})

test('the DID of an account leads to it', async () => {
  expect(ofPds).toHaveLength(5)
  const page = String(await resultOf({ accounts: [{ did: 'did:web:kim.test' }] }))
  expect(page).toContain(TO_ACCOUNT)
})
