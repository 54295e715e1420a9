import { inFile, toRemovals } from '../removal.ts'

const page = inFile('oauth/sign_out/index.ts')
const links = inFile('actors/account/sign_out_links.ts')
const linkRows = inFile('database/account/sign_out_link.ts')
const sealedLinks = inFile('sagas/notices/sign_out_link.ts')
const mails = inFile('sagas/services/outgoing_mail.ts')
const provider = inFile('oauth/provider/entryway_provider.ts')

const knownDevices = inFile('actors/account/known_devices.ts')
const endings = inFile('actors/account/endings.ts')
const lifecycle = inFile('actors/account/lifecycle.ts')
const notices = inFile('sagas/notices/notice.ts')
const devices = inFile('actors/account/devices.ts')
const sessions = inFile('actors/account/sessions.ts')

const protections = inFile('sagas/factors/protections.ts')
const signIn = inFile('sagas/sign_in/sign_in.ts')
const ONLY = 'test/security_page/only_app_passwords.test.ts'
const LIMITS = 'test/mail/limits.test.ts'
const captcha = inFile('oauth/sign_in/forms/captcha.ts')
const limited = inFile('app/limits/limited.ts')
const PERMISSIONS = 'test/sign_in/permissions.test.ts'
const requests = inFile('stores/request_store.ts')
const CAPTCHA = 'test/sign_in/captcha.test.ts'
const ALARMS = 'test/mail/alarms.test.ts'

/** What it defends of the mails that tell what happened, and of their link. */
export const alarmRows = toRemovals([
  [38, 'no other site sends the form of a link', page('if (refusal) return refusal', '')],
  [
    43,
    'a link that is opened does nothing',
    page(
      'return await (isForm ? this.#signOut(request) : this.#ask(request))',
      'return await this.#signOut(request)',
    ),
  ],
  [43, 'a link works once', links('    links.deleteSignOutLink(db, secret)\n', '')],
  [43, 'a link that was used says nothing later', links('madeBefore(db, detail) !== null', 'true')],
  [43, 'a link is not old', linkRows('now - SIGN_OUT_LINK', '0')],
  [43, 'a link is sealed', sealedLinks('secrets.seal.open(PLACE, link)?.split', 'link.split')],
  [
    'test/mail/mailer.test.ts',
    'a link that a mail server quotes is in no log',
    inFile('mail/mailer.ts')(
      "return 'signOutLink' in content ? content.signOutLink : null",
      'return null',
    ),
  ],
  [43, 'it ends app passwords', links('appPasswords: true', 'appPasswords: false')],
  [43, 'it ends browsers', links('devices: true', 'devices: false')],
  [44, 'a new device is told', knownDevices('return !isKnown', 'return false')],
  [
    44,
    'a new device is told that a passkey signs in',
    inFile('sagas/factors/passkeys.ts')(
      'if (signedIn.isTold) tellOfArrival(services, signedIn.account, arrival)',
      '',
    ),
  ],
  [
    44,
    'a new device is told that gives a second factor',
    inFile('sagas/sign_in/second_factor.ts')(
      'if (arrival && login.isTold) tellOfArrival(services, login.account, arrival)',
      '',
    ),
  ],
  [
    44,
    'a device is known for a while',
    inFile('database/account/known_device.ts')('mark = ? AND seen_at > ?', 'mark = ? AND ? > 0'),
  ],
  [44, 'a device is known by its browser', knownDevices('hashed(secret)', "''")],
  [44, 'an app is known at its address', knownDevices('networkOf(address)', "''")],
  [44, 'an app is known by its name', knownDevices("programOf(userAgent ?? '')", "''")],
  [
    44,
    'the language is that of a known device',
    knownDevices('isKnown || since === null ? language : null', 'language'),
  ],
  [
    44,
    'a mail comes in the language of its owner',
    notices('(await services.actors.account(account.did).readLanguage()) ?? asked', 'asked'),
  ],
  [44, 'a lost mail leaves the device new', notices('      await unsent?.()\n', '')],
  [44, 'an ending forgets devices', endings('    deleteAllKnownDevices(db)\n', '')],
  [
    44,
    'who signs out others keeps no other device',
    lifecycle('    deleteAllKnownDevices(db)\n', ''),
  ],
  [
    44,
    'a browser that is signed out is forgotten',
    devices('    deleteKnownDevicesOn(db, deviceId)\n', ''),
  ],
  [
    44,
    'an app that is signed out is forgotten',
    sessions('if (old?.from) deleteKnownDevice(db, markOfProgram(old.from))', 'void markOfProgram'),
  ],
  [
    'test/mail/notices.test.ts',
    'the owner is told of a password that others set',
    inFile('sagas/changes/set_password.ts')(
      "notify(services, 'passwordChanged', account, null)",
      'void notify',
    ),
  ],
  [
    'test/factors/changes.test.ts',
    'a code by mail that goes with its address is told',
    inFile('sagas/changes/email_change.ts')(
      "if (hasLostFactor) notify(services, 'factorRemoved', before, occasion, { about })",
      'void [hasLostFactor, about]',
    ),
  ],
  [
    ONLY,
    'an app is refused the main password',
    signIn('if (!account.onlyAppPasswords || account.takedownRef !== null) return', 'return'),
  ],
  [
    44,
    'the mails are turned off after a proof',
    protections('on ? basis : provenOn(by.deviceId, basis)', 'basis'),
  ],
  [ALARMS, 'what is turned off is told', protections('if (!changed || on) return', 'return')],
  [
    PERMISSIONS,
    'a request that was narrowed meanwhile is not granted',
    requests('if (request.parameters !== scope.request?.parameters)', 'if (false)'),
  ],
  [
    PERMISSIONS,
    'a request that was granted stays as it is',
    inFile('database/flow/authorization_request.ts')(
      'WHERE id = @id AND code_hash IS NULL',
      'WHERE id = @id',
    ),
  ],
  [
    PERMISSIONS,
    'an app always knows the account',
    inFile('oauth/sign_in/pages/permission_items.ts')('scope === ALWAYS || isTicked(', 'isTicked('),
  ],
  [
    'test/sign_in/consent_without_scripts.test.ts',
    'a consent is of the account that its page named',
    inFile('oauth/sign_in/forms/consent.ts')(
      'const did = form?.consentOf\n    const askedFor',
      'const did = form ? account : undefined\n    const askedFor',
    ),
  ],
  [
    'test/sign_in/reactivation_without_scripts.test.ts',
    'an account is active again that the page has named',
    inFile('oauth/sign_in/forms/reactivation.ts')('did: of.did', "did: account ?? ''"),
  ],
  [
    'test/sign_in/consent_without_scripts.test.ts',
    'of two presses the second finds what the first has done',
    inFile('oauth/sign_in/index.ts')(
      "action === 'consent'\n        ? await",
      "action === ''\n        ? await",
    ),
  ],
  [
    'test/sign_in/consent_without_scripts.test.ts',
    'only who has given a code takes it back',
    inFile('database/flow/authorization_request.ts')(
      'AND did = @did AND device_id',
      'AND device_id',
    ),
  ],
  [
    'test/sign_in/consent_without_scripts.test.ts',
    'its browser keeps the newest session of its device',
    inFile('oauth/handler.ts')('asRequester(request, () => answer(request))', 'answer(request)'),
  ],
  [
    'test/sign_in/narrowed_consent.test.ts',
    'less than was asked for is not remembered',
    requests('granted !== scope.request?.askedFor', 'false'),
  ],
  [
    'test/sagas/captcha.test.ts',
    'a DID of elsewhere stands in for no captcha',
    inFile('sagas/sign_up/sign_up_rules.ts')(
      'did === undefined) assertNoCaptcha',
      'policy.provenDid === null) assertNoCaptcha',
    ),
  ],
  [
    CAPTCHA,
    'a captcha before a password',
    captcha("if (!wantsCaptcha('this') || ", 'if (true || '),
  ],
  [CAPTCHA, 'a captcha is judged', captcha('client.checkVerifyResult(result, tokens)', '')],
  [
    CAPTCHA,
    'a captcha before a program',
    inFile('oauth/provider/hooks.ts')('if (!hcaptcha ||', 'if (true ||'),
  ],
  [
    CAPTCHA,
    'strangers put no captcha before a browser that is known',
    limited('!(isKnown && each', '!(false && each'),
  ],
  [
    36,
    'a mailbox of a stranger gets few mails',
    inFile('sagas/services/mail_limits.ts')(
      'const TO_UNCONFIRMED = 30',
      'const TO_UNCONFIRMED = 150',
    ),
  ],
  [
    LIMITS,
    'resets that strangers ask for use up no code of others',
    inFile('sagas/services/mail_limits.ts')("isForStrangers(kind) ? 'kind' : 'class'", "'class'"),
  ],
  [LIMITS, 'one site uses up a part of the mails', mails('siteOf(', 'networkOf(')],
  [
    LIMITS,
    'what strangers use up is there before the last code is over',
    inFile('sagas/services/mail_limits.ts')('EMAIL_TOKEN / 1_000', 'SECONDS_AN_HOUR'),
  ],
  [
    LIMITS,
    'a limit on all mails that is used up is told of',
    inFile('base/watching/event_log.ts')(
      'for (const each of limit as string[])',
      'for (const each of [] as string[])',
    ),
  ],
  [LIMITS, 'others use up no notice', mails('if (isNotice(kind) && usedOf', 'if (false && usedOf')],
  [ALARMS, 'a reused refresh token is told', provider('if (!scope.reused ||', 'if (true ||')],
  [
    'test/watching/refused_refreshes.test.ts',
    'a reuse between look and rotation is told',
    inFile('stores/token_store.ts')(
      '        await findShown(presented.secret as RefreshToken)\n',
      '',
    ),
  ],
])
