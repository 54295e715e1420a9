import { inFile, toRemovals } from '../removal.ts'

const handler = inFile('openid/handler.ts')
const signedOut = inFile('openid/sign_out/signed_out.ts')
const requestAdapters = inFile('openid/storage/request_adapters.ts')
const askedAgain = inFile('openid/storage/retried_calls.ts')

const AWAY = 'test/openid/away_everywhere.test.ts'

const FORGETTING = `async destroy(token: string) {
  const id = clientOfAccess(token) ?? ''
  await flow(id).setOpenidClientAccess(id, 'another')
}`

/** What the OpenID provider defends while an actor is away. */
export const openidAwayRows = toRemovals([
  [
    'test/openid/away.test.ts',
    'nobody is told that they are wrong, or that all is well, where an actor is away',
    handler('if (fault) throw fault.cause', ''),
  ],
  [
    'test/openid/away.test.ts',
    'the keys are there without who keeps them',
    inFile('openid/provider/providers.ts')('!this.#keys || err instanceof TooLateError', 'true'),
  ],
  [
    'test/openid/away.test.ts',
    'clients are known without who keeps them',
    inFile('openid/provider/providers.ts')('away && this.#openUntil === null', 'away'),
  ],
  [
    'test/openid/away.test.ts',
    'that nobody can say whether there are clients is no answer',
    inFile('openid/provider/providers.ts')('throw away.reason', 'return false'),
  ],
  [
    AWAY,
    'what a person has answered is spent with what it gives',
    requestAdapters('openidScope().removals.push(', 'void ('),
    requestAdapters(
      'async destroy(id) {',
      'async destroy(id) {\n      await flow(id).deleteOpenidRequest(id)',
    ),
  ],
  [
    AWAY,
    'what is left over costs nobody the answer',
    inFile('openid/tokens/spending.ts')('if (isFirst) throw err', 'throw err'),
  ],
  [AWAY, 'an answer that got lost is asked for again', askedAgain('AGAIN.has(name)', 'false')],
  [
    AWAY,
    'a grant of which the answer got lost is not left over',
    askedAgain("  'putOpenidGrant',\n", ''),
  ],
  [
    AWAY,
    'an exchange that is asked for again is no reuse',
    inFile('openid/storage/token_adapters.ts')('next, chain, by }', 'next, chain }'),
  ],
  [
    AWAY,
    'who signs out once more is out',
    signedOut('response.status === 400 && endedSession !== null', 'false'),
  ],
  [
    45,
    'nobody else signs out a browser whose session has ended',
    handler('if (foreign) return foreign', ''),
  ],
  [38, 'nor does another site', handler('if (foreign) return foreign', '')],
  [
    AWAY,
    'a client that removes itself has its token until it is gone',
    inFile('openid/storage/registration_adapters.ts')('async destroy() {}', FORGETTING),
  ],
])
