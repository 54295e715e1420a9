import { inFile, toRemovals } from '../removal.ts'

const tabs = inFile('pages/kept_in_tab.ts')
const routes = inFile('app/routes.ts')
const security = inFile('oauth/security/index.ts')
const personProofs = inFile('sagas/sign_in/prove_again.ts')
const accountProofs = inFile('database/account/proof.ts')
const securityActions = inFile('oauth/security/actions.ts')
const proofForm = inFile('oauth/security/proof_form.ts')
const redirects = inFile('oauth/security/redirects.ts')
const securityViews = inFile('oauth/security/views.ts')
const securityPeople = inFile('oauth/security/people.ts')
const ownForm = inFile('oauth/sign_in/own_form.ts')
const signInForms = inFile('oauth/sign_in/form_state.ts')
const sealed = inFile('oauth/sign_in/sealed.ts')
const signInPage = inFile('oauth/sign_in/index.ts')
const signInPosts = inFile('oauth/sign_in/forms/sign_in.ts')
const goingOn = inFile('oauth/sign_in/forms/going_on.ts')
const devices = inFile('stores/device_store.ts')
const signInDevice = inFile('oauth/sign_in/device.ts')
const signedIn = inFile('oauth/sign_in/cookies/signed_in.ts')
const visit = inFile('oauth/sign_in/visit.ts')
const secondFactor = inFile('sagas/sign_in/second_factor.ts')
const factors = inFile('actors/account/factors.ts')
const codes = inFile('actors/account/second_factor.ts')
const recoveryCodeRows = inFile('database/account/recovery_code.ts')
const totpRows = inFile('database/account/totp.ts')
const accountLimits = inFile('sagas/accounts/account_limits.ts')
const totp = inFile('factors/totp.ts')
const pageHeaders = inFile('http/page/document.ts')
const limits = inFile('app/limits/table.ts')
const trustRows = inFile('database/account/trusted_device.ts')
const invites = inFile('actors/directory/invites.ts')
const inviteRows = inFile('database/directory/invite.ts')
const inviteNotes = inFile('actors/account/invites.ts')
const ownInvites = inFile('sagas/sign_up/invites.ts')
const entries = inFile('database/directory/account.ts')
const deviceAccounts = inFile('stores/device_accounts.ts')
const accountSessions = inFile('actors/account/sessions.ts')
const endings = inFile('actors/account/endings.ts')

const EVERYWHERE = 'test/attacks/pages/forms_everywhere.test.ts'
const ONE_FORM = 'test/sign_in/one_form.test.ts'

const SIGN_UP_ENTRIES = 'test/pages/sign_up_entries.test.ts'
const COME_BACK = 'test/security_page/come_back.test.ts'
const PROOF = 'test/storage/proof.test.ts'
const INVITES = 'test/security_page/invites.test.ts'
const NARROWED = 'test/sign_in/narrowed_consent.test.ts'

/** What it defends of its pages and of second factors (38 to 40, 42). */
export const pageRows = toRemovals([
  [
    'test/pages/sent_once.test.ts',
    'a form is sent once',
    inFile('http/page/document.ts')('...(hasForms ? [ONCE] : [])', ''),
  ],
  [
    38,
    'a form comes from our page',
    ownForm("isOwn && headers.get('origin') === publicUrl ?", 'true ?'),
  ],
  [
    EVERYWHERE,
    'a form is of this origin',
    ownForm("isOwn && headers.get('origin') === publicUrl", 'isOwn'),
  ],
  [EVERYWHERE, 'a form is of this site', ownForm("site === 'same-origin' && ", '')],
  [EVERYWHERE, 'a form is a navigation', ownForm("mode === 'navigate' && ", '')],
  [EVERYWHERE, 'a form is in a window of its own', ownForm(" && dest === 'document'", '')],
  [38, 'a form is of one browser', sealed('of === device && ', '')],
  [38, 'a form is of one sign-in', signInForms('read?.request === requestUri', 'read')],
  [38, 'a form is not old', sealed(' && Date.now() - at <= this.#lasts(state)', '')],
  [
    38,
    'the name is that of the step before',
    signInPosts('(fixed !== undefined && fixed !== username)', 'false'),
  ],
  [
    38,
    'a password is a try',
    signInPosts('noteAttempt()\n      const identifier', 'const identifier'),
  ],
  [
    38,
    'a code is a try',
    signInPosts(
      'noteAttempt()\n      const device = browserHere(this.#services.settings.publicUrl, post.deviceId)\n      const step',
      'const device = browserHere(this.#services.settings.publicUrl, post.deviceId)\n      const step',
    ),
  ],
  [38, 'a code that is sent is counted', secondFactor('    noteSentCode()\n', '')],
  [
    38,
    'short names are counted as whole ones',
    routes('readAccount: services.handles.complete.bind(services.handles),', ''),
  ],
  [
    38,
    'a sign-in is of one request',
    signedIn('(each) => each.state.request === place.requestUri', '() => true'),
  ],
  [
    NARROWED,
    'a form ends before an app',
    inFile('oauth/handler.ts')('if (!mayEndForm(request)) return response', 'return response'),
  ],
  [
    'test/sign_in/leaving.test.ts',
    'an app is not sent a code twice',
    inFile('pages/sign_in/leaving.ts')("isLate ? ' late' : ''", "''"),
  ],
  [
    'test/sign_in/sign_in.test.ts',
    'the page of an account is told of no other sign-in',
    inFile('oauth/sign_in/handover.ts')(' || !visit?.isAbout(first)', ''),
  ],
  [38, 'a sign-in is of a moment', signedIn('() => SIGN_IN_HANDOVER', '() => Number.MAX_VALUE')],
  [38, 'a sign-in ends', signedIn(' || account.generation !== generation', '')],
  [38, 'a device is had from this host', devices(' || !isOwn(id, device)', '')],
  [
    38,
    'who ends a device signs its accounts out',
    devices('await Promise.all(dids.map(forget))', ''),
  ],
  [38, 'and there is no such device any more', devices('await flow(id).deleteDevice(id)', '')],
  [
    'test/stores/device_store.test.ts',
    'at an OpenID client, too, a device is had from this host',
    devices(' && isOwn(deviceId, device) ?', ' ?'),
  ],
  [
    'test/stores/device_store.test.ts',
    'and by its session',
    devices("device.shown !== 'none' && ", ''),
  ],
  [38, 'a new device session', signInDevice('outgoing, isRenewed)', 'outgoing, false)')],
  [38, 'one new device session', signInDevice('if (device.cookies.length > 0) ', 'if (!device) ')],
  [38, 'a session of before ends', inFile('database/flow/device.ts')('now <= until', 'true')],
  [
    'test/sign_in/lost_answers.test.ts',
    'the session that a browser shows stays known',
    inFile('database/flow/device.ts')(' || sessionId === shown', ''),
  ],
  [
    38,
    'those of before end with a sign-in',
    inFile('database/flow/device.ts')(
      '  transact(db, () => {\n    endReplaced(db, deviceId)\n',
      '  transact(db, () => {\n',
    ),
  ],
  [
    38,
    'and with a proof',
    inFile('sagas/sign_in/prove_again.ts')('await endReplaced(deviceId)', ''),
  ],
  [38, 'a sign-in ends with a sign-out', signInPage("if (isDone('sign-out'))")],
  [
    'test/passkeys/sign_up.test.ts',
    'who signs up is no more as one who has signed out',
    signInPage("if (isDone('sign-up'))"),
  ],
  [
    38,
    'a remembered sign-in ends with that of the device',
    visit('(signedIn.ephemeralToken || others.length < known.length)', 'true'),
  ],
  [38, 'no frame', pageHeaders('"frame-ancestors \'none\'",', '')],
  [38, 'kept by no cache', pageHeaders("'cache-control': 'no-store',", '')],
  [
    SIGN_UP_ENTRIES,
    'a tab keeps what was entered for a new account for a while',
    tabs('if(Date.now()-at<=', 'if(true||Date.now()-at<='),
  ],
  [
    'test/sign_in/shown_password.test.ts',
    'so it does of what was typed for a sign-in',
    tabs('if(Date.now()-at<=', 'if(true||Date.now()-at<='),
  ],
  [
    COME_BACK,
    'a sign-in proves what it was asked for alone',
    goingOn('    if (place.securityTask === undefined) return\n', ''),
  ],
  [
    COME_BACK,
    'a new device session also where the sign-in fails',
    signInPage(
      'return withCookies(answered, requestScope().deviceCookies)',
      'return answer.status < 400 ? withCookies(answer, requestScope().deviceCookies) : answer',
    ),
  ],
  [
    COME_BACK,
    'a sign-in with a password proves no passkey',
    goingOn("kind === 'passkey' ? 'passkey' : 'any'", "'passkey'"),
  ],
  [39, 'a form is from our page', security('if (refusal) return refusal', '')],
  [39, 'a form is of one browser', sealed('of === device && ', '')],
  [39, 'a form is not old', sealed(' && Date.now() - at <= this.#lasts(state)', '')],
  [39, 'a form is of one account', securityActions('form?.did !== person.did || ', '!form || ')],
  [39, 'what was done is no form', securityActions(' || form.done)', ')')],
  [39, 'a sign-in is not too old', securityPeople('isTooOld ? null : ', '')],
  [39, 'a new device session', security('isRenewed: action !== null', 'isRenewed: false')],
  [
    39,
    'nothing is left where a browser was remembered',
    securityPeople('!recent?.isPassing', '!recent'),
  ],
  [
    'test/security_page/security_page.test.ts',
    'nor of a sign-in for an app before it',
    goingOn('isRemembered ? noSignInCookies', 'false ? noSignInCookies'),
  ],
  [
    'test/security_page/security_page.test.ts',
    'also where that was for another app',
    signedIn('isRemembered && state.isPassing', 'false'),
  ],
  [
    39,
    'to sign out others prolongs nothing',
    redirects('isRemembered: false, since: passingSince', 'isRemembered: false'),
  ],
  [39, 'a proof is asked for', personProofs('{ ...basis, proof: deviceId }', 'basis')],
  [
    39,
    'a proof is of one device',
    accountProofs(
      'SELECT 1 FROM proof WHERE device_id = ? AND',
      'SELECT 1 FROM proof WHERE ? <> 1 AND',
    ),
  ],
  [
    PROOF,
    'a proof by passkey stays one',
    accountProofs('coalesce(@passkeyAt, passkey_at)', '@passkeyAt'),
  ],
  [
    PROOF,
    'a sign-out in one browser takes no form from another',
    inFile('actors/account/idempotent_forms.ts')(' || newest.detail.deviceId !== deviceId', ''),
  ],
  [
    'test/directory/parts.test.ts',
    'a code that a sign-up holds is not forgotten',
    inviteRows(' AND NOT EXISTS (SELECT 1 FROM sign_up WHERE invite_code = invite_code.code)', ''),
  ],
  [39, 'a proof is not old', accountProofs('now - PROOF_AGAIN', '0')],
  [
    39,
    'a proof ends with its sign-in',
    inFile('actors/account/known_devices.ts')(
      '  if (deviceId !== null) deleteProof(db, deviceId)\n',
      '',
    ),
  ],
  [39, 'a proof ends with the sign-ins', endings('  deleteOtherProofs(db, changedOn)\n', '')],
  [
    39,
    'a proof ends in other browsers with a changed factor',
    endings('  deleteOtherProofs(db, changedOn)', '  if (!changedOn) deleteOtherProofs(db, null)'),
  ],
  [
    39,
    'the password is looked at',
    personProofs('await checkPassword(', 'await (async (..._: unknown[]) => {})('),
  ],
  [
    39,
    'a code that proves is looked at',
    personProofs('proveFactor(services, did, factor, basis, null)', 'Promise.resolve()'),
  ],
  [39, 'a code that is sent is counted', personProofs('  noteSentCode()\n', '')],
  [
    39,
    'guesses of a code are counted by account',
    secondFactor("await takePoint(services, 'second factor', did)", '{ giveBack: async () => {} }'),
  ],
  [
    39,
    'the name is that of the person',
    proofForm("field(visitor, 'username') !== nameOf(person)", 'false'),
  ],
  [
    39,
    'an app password is shown once',
    securityViews('told === undefined ? page : ', 'true ? page : '),
  ],
  [
    38,
    'what another site sends counts for no limit',
    inFile('app/limits/limited.ts')('isForeign ? [] : ', ''),
  ],
  [
    38,
    'but a page that it leads to',
    inFile('app/limits/limited.ts')(" && request.method === 'POST'", ''),
  ],
  [
    'test/security_page/app_passwords.test.ts',
    'an app password of any name is revoked on the page',
    inFile('http/page/exact_text.ts')("Buffer.from(text).toString('base64url')", 'text'),
    inFile('http/page/exact_text.ts')("Buffer.from(value, 'base64url').toString()", 'value'),
  ],
  [39, 'forms are limited', limits("on: ['security form', 'security proof']", 'on: []')],
  [
    40,
    'nothing is sent beside a passkey',
    inFile('oauth/sign_in/forms/sign_in.ts')('const other = isPasskey\n', 'const other = !first\n'),
  ],
  [
    'test/factors/changes.test.ts',
    'an authenticator that counts is not confirmed once more',
    factors(' || totp.addedAt !== null', ''),
  ],
  [40, 'a code works once', codes(' || isStepSpent(step, totp?.lastStep ?? null)', '')],
  [40, 'the step of a code is kept', codes('  setTotpStep(db, step)\n', '')],
  [
    40,
    'a code is spent with its session',
    accountSessions('if (proof) spendCode(db, proof)\n', ''),
  ],
  [
    40,
    'a recovery code works once',
    recoveryCodeRows(
      'DELETE FROM recovery_code WHERE',
      'UPDATE recovery_code SET created_at = 0 WHERE',
    ),
  ],
  [
    40,
    'a form that is sent again is that of the same code',
    inFile('oauth/sign_in/sealed.ts')('update(sealed + code)', 'update(sealed)'),
  ],
  [
    40,
    'a form of a sign-in is not sent again after its browser has signed out',
    inFile('actors/account/devices.ts')(' || maySendAgain(db, deviceId)', ''),
  ],
  [
    40,
    'the code of an authenticator is not taken again',
    factors("proof.kind !== 'totp' && madeBefore", 'madeBefore'),
  ],
  [40, 'a clock may be off by one step only', totp('const DRIFT = 1', 'const DRIFT = 2')],
  [
    40,
    'guesses are counted by account',
    secondFactor("await takePoint(services, 'second factor', did)", '{ giveBack: async () => {} }'),
  ],
  [
    40,
    'and from everywhere',
    accountLimits("per: 'account', points: 100", "per: 'account', points: 1_000"),
  ],
  [
    40,
    'a password alone is not enough',
    secondFactor('  if (!kinds.length) return grant(null)\n', '  return grant(null)\n'),
  ],
  [
    40,
    'only a form that asks for a code beside the password takes one',
    signInPosts("asksForCode ? field(post, 'code') : undefined", "field(post, 'code')"),
  ],
  [
    ONE_FORM,
    'a code is asked for beside the password where the browser remembers one',
    inFile('oauth/sign_in/pages/first_page.ts')(
      'known !== undefined && this.#mayAskForCode(shown, known.account.did)',
      'fixed !== undefined',
    ),
  ],
  [
    ONE_FORM,
    'a code is asked for beside the password where one was used',
    inFile('actors/account/devices.ts')("device.amr?.includes('otp') === true &&", ''),
  ],
  [
    ONE_FORM,
    'a device is trusted for a code that was used',
    signInPosts('if (signedIn.usedCode) {', 'if (signedIn.factors) {'),
  ],
  [
    40,
    'a changed factor ends what is under way',
    factors('  endSignInsUnderWay(db, by.deviceId)\n', ''),
  ],
  [
    40,
    'the secret is sealed',
    totpRows('    sealIn(db, SECRET, secret),', '    secret,'),
    totpRows('openIn(db, SECRET, row.secret)', 'row.secret'),
  ],
  [
    42,
    'a link does not tick the box that trusts a device',
    inFile('oauth/sign_in/pages/sign_in_pages.ts')(
      "const isTrusted = request.method === 'POST' &&",
      'const isTrusted =',
    ),
  ],
  [
    42,
    'a trust is of its secret',
    trustRows('WHERE secret_hash = @secretHash AND', 'WHERE @secretHash IS NOT NULL AND'),
  ],
  [
    42,
    'a device has one trust',
    trustRows('  deleteTrustedDevicesOn(db, deviceId)\n  sql(', '  sql('),
  ],
  [42, 'a trust is not old', trustRows('AND created_at > @since`', 'AND @since <> 1`')],
  [42, 'a trust ends with what it rests on', endings('  deleteAllTrustedDevices(db)\n', '')],
  [
    42,
    'a browser that is signed out elsewhere is not trusted',
    deviceAccounts('if (!isHere) await account.distrustDevice(deviceId)', ''),
  ],
  [
    42,
    'nor one whose app is',
    accountSessions('if (session?.deviceId) distrust(db, session.deviceId)', 'void distrust'),
  ],
  [
    INVITES,
    'a month has no more codes than the setting',
    invites('Math.min(count, leftOf(db, did, allowance))', 'count'),
  ],
  [INVITES, 'a code counts in its month', inviteRows('created_at >= @since', 'created_at < 0')],
  [INVITES, 'unused codes do not add up', invites('Math.max(made, unused)', 'made')],
  [
    INVITES,
    'what an ending comes before is taken back',
    ownInvites('if (!isGiven) await directory.discardInvites(codes)', ''),
  ],
  [
    INVITES,
    'who may not invite gets no code',
    ownInvites(' || !mayInvite(account)', ''),
    inviteNotes(
      'if (!mayInvite(assertGood(db, { ...basis, mayBeTakenDown: false }))) return false',
      '',
    ),
  ],
  [
    INVITES,
    'a code is taken out of use by whose it is',
    inviteRows('for_account = ? AND ', '? <> 1 AND '),
  ],
  [
    INVITES,
    'an account that is deleted invites nobody',
    entries('disableInviteCodesOf(db, did)', ''),
  ],
  [
    'test/security_page/entered.test.ts',
    'the secret of an authenticator is in no cookie',
    inFile('oauth/security/views.ts')('!entered || entered.begun', '!entered'),
    inFile('oauth/security/proof_form.ts')('visitor.entered?.begun', 'false'),
  ],
  [
    'test/pages/kept_language.test.ts',
    'the ways from a refusal keep the language',
    inFile('http/page/error_page.ts')('inLanguage(href, wish)', 'href'),
  ],
  [
    'test/pages/kept_language.test.ts',
    'an app that asked for a language is asked for in it',
    inFile('oauth/sign_in/place.ts')('locale: firstLocale(locales)', 'locale: undefined'),
  ],
])
