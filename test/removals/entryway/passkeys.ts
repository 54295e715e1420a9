import { inFile, toRemovals } from '../removal.ts'

const passkey = inFile('factors/passkey.ts')
const usual = inFile('factors/usual_assertion.ts')
const account = inFile('actors/account/passkeys.ts')
const replay = inFile('database/flow/replay.ts')
const challenges = inFile('sagas/sign_in/passkey_challenge.ts')
const passwords = inFile('actors/account/passwords.ts')
const sagas = inFile('sagas/factors/passkeys.ts')
const secondFactor = inFile('sagas/sign_in/second_factor.ts')
const proof = inFile('sagas/sign_in/prove_again.ts')
const subject = inFile('app/limits/subject.ts')
const routes = inFile('oauth/routes.ts')
const proofForm = inFile('oauth/security/proof_form.ts')
const signUpOpen = inFile('actors/account/sign_up_open.ts')
const securityPage = 'test/security_page/passkeys.test.ts'
const SENT_AGAIN = 'test/security_page/sent_again.test.ts'
const sentAgain = inFile('actors/account/idempotent_forms.ts')
const PASSKEYS = 'test/passkeys/passkeys.test.ts'
const USUAL = 'test/passkeys/usual_assertion.test.ts'
const signUpPage = 'test/passkeys/sign_up.test.ts'

/** What it defends of passkeys (41). */
export const passkeyRows = toRemovals([
  [
    41,
    'a passkey is of our origin',
    passkey(
      'expectedOrigin: origin',
      "expectedOrigin: [origin, 'https://evil.test', 'http://localhost']",
    ),
  ],
  [
    41,
    'a sign-up once more only while nothing has happened',
    signUpOpen('    listAudit(db, 2).length === 1 &&\n', ''),
  ],
  [
    41,
    'nor after an app was let in',
    signUpOpen('    listAuthorizedClients(db).length === 0 &&\n', ''),
  ],
  [41, 'nor while an app is in', signUpOpen(' &&\n    listSessions(db).length === 0', '')],
  [
    signUpPage,
    'nor after its browser has signed out',
    inFile('actors/account/devices.ts')('(isKnown && account && isSignUpOpen(db, account)) ||', ''),
  ],
  [
    PASSKEYS,
    'a passkey is known by the id that its authenticator says',
    account('passkey?.id ?? response.id', 'response.id'),
  ],
  [41, 'a passkey is for our host', passkey('expectedRPID: id', "expectedRPID: [id, 'evil.test']")],
  [
    41,
    'a passkey is unlocked',
    passkey('requireUserVerification: true', 'requireUserVerification: false'),
  ],
  [USUAL, 'a key of before is bounded', passkey('    await assertUsualKey(key)\n', '')],
  [41, 'a passkey is asked for in no frame', passkey('if (crossOrigin) ', 'if (false) ')],
  [41, 'a usual passkey is of our origin', usual('origin === ourOrigin && ', '')],
  [
    41,
    'a usual passkey is for our host',
    usual("data.subarray(0, FLAGS).equals(hash('sha256', party.id, 'buffer')) &&", ''),
  ],
  [
    41,
    'a usual passkey is unlocked',
    usual('(flags & PRESENT_AND_VERIFIED) === PRESENT_AND_VERIFIED &&', ''),
  ],
  [41, 'a usual passkey is asked for in no frame', usual('!crossOrigin && ', '')],
  [41, 'a usual passkey answers its challenge', usual(' && challenge === ourChallenge', '')],
  [41, 'a usual passkey is signed', usual('return isSigned ?', 'return true ?')],
  [USUAL, 'a usual passkey is in no other page', usual('topOrigin === undefined && ', '')],
  [USUAL, 'a usual passkey has no extensions', usual('data.length === DATA &&', '')],
  [
    USUAL,
    'a usual passkey that is backed up may be',
    usual('(!isBackedUp || (flags & ELIGIBLE) !== 0)', 'true'),
  ],
  [
    41,
    'what was not verified is refused',
    passkey("  if (!verified) throw new PasskeyError('Not verified')\n", ''),
  ],
  [
    41,
    'a challenge works once',
    replay('return record(db, PASSKEY, challenge, lasts)', 'return true'),
  ],
  [41, 'a challenge is not late', challenges('Date.now() - at <= PASSKEY_CHALLENGE && ', '')],
  [
    41,
    'a passkey is of the account that is asked for',
    sagas('expected !== undefined && row.did !== expected', 'false'),
  ],
  [
    41,
    'who has none cannot lock somebody out',
    account('stored.readPasskey(db, id) && readAccount(db)', 'readAccount(db)'),
  ],
  [
    41,
    'a wrong passkey is in the audit trail',
    sagas("    if (isWrongCode(err)) await recordGuess(services, row.did, 'passkey', given)\n", ''),
  ],
  [
    41,
    'passkeys are counted with codes',
    secondFactor("await takePoint(services, 'second factor', did)", '{ giveBack: async () => {} }'),
  ],
  [
    PASSKEYS,
    'no RSA key that costs much',
    passkey("!isOfUsualSize({ kty: 'RSA', n, e })", 'false'),
  ],
  [PASSKEYS, 'a key is of bytes', passkey('!COSE_KEY.safeParse(key).success', 'false')],
  [41, 'a copied passkey is refused', account('if (isCopied(before, used)) {', 'if (false) {')],
  [
    41,
    'who gives no name shares no limit',
    subject('name === undefined || isUnnamed?.(request)', 'name === undefined'),
  ],
  [41, 'a blank passkey hides no name', routes("('passkey')?.trim()", "('passkey')")],
  [41, 'guesses keep no proof by a passkey away', routes(', isUnnamed: isByPasskey', '')],
  [
    41,
    'beside a passkey no other proof is judged',
    proofForm("const isPasskey = field(visitor, 'passkey') !== ''", 'const isPasskey = false'),
  ],
  [
    41,
    'who asks for another proof gives none',
    proofForm("asked || wanted === 'passkey'", 'asked'),
  ],
  [
    41,
    'a passkey makes a password not enough',
    inFile('factors/kinds.ts')("    ...(passkeys > 0 ? ['passkey' as const] : []),\n", ''),
  ],
  [
    signUpPage,
    'a passkey that signs up is verified',
    account(
      'accepted(() => verifyCreation(party, response, challenge))',
      "accepted(() => verifyCreation(party, response, JSON.parse(Buffer.from(response.response.clientDataJSON, 'base64url').toString()).challenge))",
    ),
  ],
  [
    signUpPage,
    'what is no member of a method makes nothing of a sign-up',
    inFile('sagas/sign_up/sign_up_rules.ts')(
      '(!isByPassword && input.passkey) || null',
      'input.passkey ?? null',
    ),
  ],
  [
    'test/directory/parts.test.ts',
    'a DID has one account',
    inFile('actors/directory/sign_ups.ts')('if (findByDid(db, did))'),
    inFile('actors/directory/sign_ups.ts')('if (hasOtherSignUp(db, id, did))'),
  ],
  [
    signUpPage,
    'a sign-up with a passkey is for the browser that it was shown to',
    inFile('oauth/sign_in/sealed.ts')('of === device && ', ''),
  ],
  [41, 'a password that is removed is deleted', passwords('    setPasswordScrypt(db, null)\n', '')],
  [
    41,
    'a password that is removed ends what it began',
    passwords(
      '    setPasswordScrypt(db, null)\n    endSignInsUnderWay(db, by.deviceId)\n',
      '    setPasswordScrypt(db, null)\n',
    ),
  ],
  [
    41,
    'no password is removed without a passkey',
    passwords('if (passkeys === 0) {', 'if (false) {'),
  ],
  [
    41,
    'the last passkey stays',
    account('    if (basis) assertNotLastWayIn(readFactors(db))\n', ''),
  ],
  [
    41,
    'a password is removed after a proof by passkey',
    inFile('sagas/factors/password_removal.ts')("{ ...basis, provenBy: 'passkey' }", 'basis'),
  ],
  [
    securityPage,
    'a passkey that proves is looked at',
    proof('provePasskey(services, did, factor, basis, null)', 'Promise.resolve()'),
  ],
  [
    SENT_AGAIN,
    'what was made anew for the form that made it alone',
    sentAgain('form === undefined || newest?.detail.form !== form', '!newest'),
  ],
  [SENT_AGAIN, 'for a while', sentAgain('Date.now() - at <= PROOF_AGAIN', 'true')],
  [
    SENT_AGAIN,
    'as long as nothing has happened since',
    sentAgain('listAudit(db, 1)', 'listAudit(db, 9).filter((each) => each.detail.form === form)'),
  ],
  [
    SENT_AGAIN,
    'an authenticator of another secret than was shown',
    inFile('actors/account/factors.ts')(' && totp?.secret !== begun', ' && false'),
  ],
  [
    securityPage,
    'a passkey is changed after a proof',
    proof('{ ...basis, proof: deviceId }', 'basis'),
  ],
])
