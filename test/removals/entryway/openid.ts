import { inFile, toRemovals } from '../removal.ts'

const configuration = inFile('openid/provider/configuration.ts')
const assertions = inFile('openid/provider/client_assertion.ts')
const features = inFile('openid/provider/features.ts')
const parameters = inFile('openid/provider/parameters.ts')
const interaction = inFile('openid/interaction/interaction.ts')
const consent = inFile('openid/interaction/interaction_consent.ts')
const signIn = inFile('openid/interaction/interaction_sign_in.ts')
const account = inFile('actors/account/openid.ts')
const accountAdapters = inFile('openid/storage/account_adapters.ts')
const accountTokens = inFile('actors/account/openid_tokens.ts')
const tokenAdapters = inFile('openid/storage/token_adapters.ts')
const requestAdapters = inFile('openid/storage/request_adapters.ts')
const tokens = inFile('database/account/openid_token.ts')
const names = inFile('openid/storage/token_names.ts')
const logout = inFile('openid/sign_out/logout.ts')
const endings = inFile('actors/account/endings.ts')
const stored = inFile('openid/storage/stored.ts')
const scope = inFile('openid/storage/scope.ts')
const device = inFile('openid/device/device.ts')
const deviceAdapter = inFile('openid/storage/device_adapter.ts')
const deviceCodes = inFile('database/flow/openid_device_code.ts')
const resources = inFile('openid/resources/resources.ts')
const resourceTokens = inFile('openid/tokens/resource_tokens.ts')
const webHost = inFile('http/names/web_host.ts')
const resourceServers = inFile('openid/resources/resource_servers.ts')
const usualKeys = inFile('openid/clients/usual_keys.ts')
const freshKeys = inFile('openid/clients/fresh_keys.ts')
const clientFetching = inFile('openid/clients/fetching.ts')

const devices = inFile('actors/account/devices.ts')
const signedIn = inFile('oauth/sign_in/cookies/signed_in.ts')

const CODE_FLOW = 'test/openid/code_flow.test.ts'
const DEVICE = 'test/openid/device.test.ts'
const RESOURCES = 'test/openid/resources.test.ts'
const UNVERIFIED_ID =
  "return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti\n"
const RESOURCE_TOKENS = 'test/openid/resource_tokens.test.ts'
const STORAGE = 'test/openid/storage.test.ts'
const DOCUMENTS = 'test/openid/client_documents.test.ts'
const REGISTRATION = 'test/openid/registration.test.ts'
const LOGOUT = 'test/openid/back_channel_logout.test.ts'
const LATE_REFRESHES = 'test/openid/late_refreshes.test.ts'
const ENDED_MEANWHILE = 'test/openid/ended_meanwhile.test.ts'
const ACCOUNT_ENDED_MEANWHILE = 'test/openid/account_ended_meanwhile.test.ts'
const REFUSALS = 'test/openid/refusals.test.ts'
const CLIENT_KEYS = 'test/openid/client_keys.test.ts'
const PASSING = 'test/openid/passing_browsers.test.ts'

/** What the OpenID provider defends (45). */
export const openidRows = toRemovals([
  [
    CLIENT_KEYS,
    'a key that a client has withdrawn is none',
    freshKeys('if (keys.stale()) return []', ''),
  ],
  [
    CLIENT_KEYS,
    'keys are kept no longer than here, whatever comes with them',
    freshKeys('keys.freshUntil !== before', 'false'),
  ],
  [
    CLIENT_KEYS,
    'keys are looked at again where those that are published cannot be read',
    freshKeys('keys.freshUntil = 0\n      throw err', 'throw err'),
  ],
  [
    CLIENT_KEYS,
    'keys that are taken are kept',
    clientFetching('LARGEST_KEYS = 80_000', 'LARGEST_KEYS = 512_000'),
  ],
  [
    CLIENT_KEYS,
    'also those with many quotation marks',
    freshKeys(', ({ text }) => 2 * text.length', ''),
  ],
  [
    'test/openid/unkept_grants.test.ts',
    'of two decisions at once the second finds what the first has done',
    interaction("request.method === 'POST'\n      ?", "request.method === ''\n      ?"),
  ],
  [
    'test/openid/languages.test.ts',
    'no mail comes in the language of a client',
    inFile('openid/interaction/visit.ts')(
      'language: chosenLanguage(request.url), locale',
      'language: chosenLanguage(request.url) ?? locale, locale',
    ),
  ],
  [
    'test/openid/conformance.test.ts',
    'what a client is posted stays as it is',
    inFile('openid/pages/shown_page.ts')('/<form [^>]*>/', '/[^]+/'),
  ],
  [
    'test/attacks/reading/reading.test.ts',
    'forms of one consent come to one auth actor',
    inFile('app/answer.ts')('consent: ({ url })', 'none: ({ url })'),
  ],
  [
    PASSING,
    'what is under way ends with the browser that is signed out from elsewhere',
    devices(
      'endOpenidSessions(db, { deviceId })\n      startGeneration(db, now)',
      'endOpenidSessions(db, { deviceId })',
    ),
  ],
  [
    PASSING,
    'what is under way ends with a sign-out',
    devices('isKnown && !wasRemembered && !isSignIn', 'false'),
  ],
  [
    PASSING,
    'a browser that was signed out ends nothing of others once more',
    devices('      deleteKnownDevice(db, markOfDevice(deviceId))\n', ''),
  ],
  [
    PASSING,
    'who is not to be remembered any more goes on',
    signIn('await leaveEndedSession({ actors }, interaction)', ''),
  ],
  [
    'test/sign_in/damaged_account.test.ts',
    'others go on where a client has asked before the account was found to be damaged',
    signIn('.catch(nullWhereDamaged)', ''),
  ],
  [45, 'PKCE is required', configuration('required: () => true', 'required: () => false')],
  [
    45,
    'what is spent ends the grant',
    accountTokens('transact(db, () => endWithGrant(db, ended, now))', ''),
  ],
  [
    STORAGE,
    'another client ends no grant',
    accountTokens(' && looked.grant.clientId === usedBy', ''),
  ],
  [
    45,
    'a question ends no grant',
    tokenAdapters("route === 'token' ? clientId : null", 'clientId'),
  ],
  [
    45,
    'a link is of its browser',
    interaction("readCookie(request, provider.cookieName('interaction')) === id", 'true'),
  ],
  [
    45,
    'a sign-in goes on in its browser',
    requestAdapters('login.deviceId !== scope.deviceId', 'false'),
  ],
  [
    45,
    'a session counts in its browser',
    accountAdapters('session.deviceId !== scope.deviceId', 'false'),
  ],
  [
    45,
    'a sign-out is of a session',
    inFile('openid/sign_out/signed_out.ts')(
      'if (did === null || deviceId === null) return response',
      '',
    ),
  ],
  [
    45,
    'a consent is of its page',
    consent('form?.interaction === interaction.uid && form.did === did', 'true'),
  ],
  [
    45,
    'a new sign-in is asked for of another account, too',
    signIn("prompts.includes('login') || params.max_age !== undefined", 'false'),
  ],
  [
    45,
    'a sign-in is of one account',
    accountAdapters('bases.get(did)', '[...bases.values()].at(-1)'),
  ],
  [
    45,
    'what a client was given ends with it',
    scope('openidScope().registered.get(clientId) ?? 0', '0'),
  ],
  [
    45,
    'an assertion is remembered as long as it lasts',
    assertions('Number(exp) * 1_000 > Date.now() + OPENID_ASSERTION', 'false'),
  ],
  [45, 'no client key that costs much', usualKeys('.filter(isOfUsualSize)', '')],
  [45, 'few client keys are tried', usualKeys('.slice(0, TRIED)', '')],
  [
    45,
    'no assertion was made later than now',
    assertions('Number(iat ?? 0) * 1_000 > Date.now() + OPENID_ASSERTION_EARLY', 'false'),
  ],
  [45, 'no such key is registered', usualKeys('keys.every(isOfUsualSize)', 'true')],
  [45, 'a request is short', requestAdapters(' <= MAX_OPENID_REQUEST) return', ' >= 0) return')],
  [
    45,
    'clients are asked and told at public addresses',
    inFile('openid/clients/fetching.ts')('createSafeFetch(settings)', 'globalThis.fetch'),
  ],
  [
    45,
    'hosts of clients of the operator are taken',
    inFile('openid/storage/registration_adapters.ts')(
      'if (!webHostsOf(redirectUris).some((host) => taken.has(host))) return',
      'return',
    ),
  ],
  [
    45,
    'a registration access token is of its client',
    inFile('database/flow/openid_registration.ts')(
      'return matchesHash(access, hash ?? null)',
      'return hash !== undefined',
    ),
  ],
  [
    45,
    'a host is one however it is written',
    webHost(
      "typeof address === 'string' ? URL.parse(address) : null",
      "typeof address === 'string' && address.startsWith('https:') ? URL.parse(address) : null",
    ),
  ],
  [45, 'a host has no dot of the root', webHost(".replace(/\\.(?=:|$)/, '')", '')],
  [
    45,
    'a scheme of an app is no host',
    inFile('pages/sign_in/leaving.ts')(
      'isOfWeb(to) ? to.host : to.protocol',
      'to.host || to.protocol',
    ),
  ],
  [
    45,
    'what a client calls itself stands in a sentence',
    inFile('openid/clients/shown_client.ts')('claimedName(clientName)', 'clientName'),
  ],
  [
    45,
    'a client that registered itself is asked about each time',
    inFile('openid/interaction/prompts.ts')(
      'isSelfRegistered(client.clientId) && !result?.consent',
      'false',
    ),
  ],
  [
    45,
    'a person goes on to where the client leads still',
    interaction(
      'client?.redirectUriAllowed(String(params.redirect_uri)) ? client : undefined',
      'client',
    ),
  ],
  [
    45,
    'a client that a device uses is used',
    accountAdapters(
      'if (isSelfRegistered(clientId)) await flow(clientId).noteOpenidClientUse(clientId)',
      '',
    ),
  ],
  [
    45,
    'a client that is spoiled is none',
    inFile('openid/clients/find_client.ts')('if (!isSpoiled) throw cause', 'if (find) throw cause'),
  ],
  [
    45,
    'nothing is looked up about pairwise subjects',
    configuration(
      'sectorIdentifierUriValidate: () => false',
      'sectorIdentifierUriValidate: () => true',
    ),
  ],
  [
    'test/openid/clock_set_back.test.ts',
    'what was granted once is granted later by what is decided next, whatever the clock was',
    accountAdapters('noteGivenAfter(grant.createdAt)', ''),
  ],
  [
    'test/openid/clock_set_back.test.ts',
    'no key signs before it is published, whatever the clock was as the one before was made',
    inFile('openid/keys.ts')('Math.max(now, last + 1)', 'now'),
  ],
  [
    45,
    'what a client of the operator was given ends with that, also where it publishes itself',
    requestAdapters('noteClient(id, removedAt)', 'await null'),
  ],
  [
    REGISTRATION,
    'a client is not told the hash of its secret',
    inFile('openid/clients/registration.ts')('delete body.client_secret\n', ''),
  ],
  [
    REGISTRATION,
    'with a token of the operator alone',
    features(
      "initialAccessToken: settings.openidRegistration === 'token'",
      'initialAccessToken: false',
    ),
  ],
  [
    REGISTRATION,
    'a type of subjects is looked at first',
    configuration('assertPublicSubjects(metadata)\n', ''),
  ],
  [
    REGISTRATION,
    'an object can be read as a text',
    inFile('http/body/read_body.ts')("['__proto__', 'toString']", "['__proto__']"),
  ],
  [
    DOCUMENTS,
    'who asks is known by its host',
    inFile('openid/clients/shown_client.ts')('client.clientIdMetadataDocument === true', 'false'),
  ],
  [
    DOCUMENTS,
    'a client that cannot be looked at for now is not wrong',
    inFile('openid/provider/refusals.ts')('if (isUnreached(refusal)) return UNAVAILABLE', ''),
  ],
  [
    DOCUMENTS,
    'who signs out waits for no document',
    inFile('openid/clients/find_client.ts')('    if (endsWithSession(id)) return undefined\n', ''),
  ],
  [
    LOGOUT,
    'the client is not waited for',
    logout('prototype.backchannelLogout = async', 'void async'),
  ],
  [
    LOGOUT,
    'an ending is noted before',
    inFile('openid/sign_out/noted_endings.ts')('await own.note(did)', 'Promise.resolve(0) && 0'),
  ],
  [
    STORAGE,
    'a try of several auth actors counts once',
    inFile('database/account/openid_sign_in.ts')(
      'WHERE id = @id AND due_at <= @now',
      'WHERE id = @id',
    ),
  ],
  [LOGOUT, 'all that ends is told', endings('endAllOpenidSignIns(db, Date.now())', '')],
  [45, 'secrets are not kept', stored('{ jti: _, ...payload }', '{ ...payload }')],
  [
    CODE_FLOW,
    'its pages are on the own host alone',
    inFile('app/routes.ts')(
      'answer: onOwnHost(services, shape, openid.answer)',
      'answer: openid.answer',
    ),
  ],
  [
    CODE_FLOW,
    'a form ends before a client',
    inFile('openid/handler.ts')('endsForm(path) && !scope.isLedByLink', 'false'),
  ],
  [
    CODE_FLOW,
    'a sign-out takes the session along',
    signedIn('noSignInCookies(issuer), openid, ', 'noSignInCookies(issuer), '),
  ],
  [
    CODE_FLOW,
    'a sign-out ends the session here',
    inFile('actors/account/devices.ts')('endOpenidSessions(db, { deviceId })', ''),
  ],
  [
    STORAGE,
    'a session that ended is not written again',
    account('isThere ? basis : NONE', 'basis'),
  ],
  [
    45,
    'no link leads to the website of a client that nobody vouches for',
    inFile('openid/provider/provider.ts')('  askBeforeLeading(provider)\n', ''),
  ],
  [
    45,
    'nor opens an app',
    inFile('openid/interaction/led_by_link.ts')("!== 'http:'", "=== 'https:'"),
  ],
  [
    45,
    'nor by the way back from a sign-in before the page that names it',
    inFile('openid/interaction/led_by_link.ts')(
      'return !!consent',
      "return entities.Interaction?.prompt.name === 'consent'",
    ),
  ],
  [
    LOGOUT,
    'a client has one sign-in in a session',
    inFile('database/account/openid_sign_in.ts')('AND sid <> @sid', 'AND sid <> @sid AND false'),
  ],
  [
    STORAGE,
    'two sign-ins of a client that are begun at once are both told of',
    inFile('database/account/openid_sign_in.ts')(
      ' AND grant_id NOT IN (SELECT id FROM openid_grant)',
      '',
    ),
  ],
  [
    LOGOUT,
    'what is granted in two tabs is ended as one',
    inFile('openid/interaction/consents.ts')(
      'if (other) return join(storage, other, grant)',
      'if (other) return grant',
    ),
  ],
  [
    45,
    'nor where the person has ended the client since',
    inFile('actors/account/sessions.ts')('      forgetOpenidGrant(db, id)\n', ''),
  ],
  [
    LOGOUT,
    'a sign-in has one name as long as something is left of it',
    inFile('openid/interaction/consents.ts')(
      'before === id ? undefined : await provider.Grant.find(before)',
      'undefined as Grant | undefined',
    ),
  ],
  [
    LOGOUT,
    'a sign-out that is told late ends no later sign-in',
    inFile('openid/interaction/consents.ts')('  session?.sidFor(clientId, newSid())\n', ''),
  ],
  [
    ACCOUNT_ENDED_MEANWHILE,
    'no client is let in while an account is deactivated',
    account('if (deactivatedAt !== null) throw signedOutMeanwhile()', ''),
  ],
  [
    ENDED_MEANWHILE,
    'a request under way brings back no client that the person ends',
    account(
      'const ended = listEnded(db, session.payload, before, now)',
      'const ended: string[] = []',
    ),
  ],
  [
    ENDED_MEANWHILE,
    'a client that the person ends keeps nothing of what they had consented to',
    account('consented === null || isKept(db, grant.clientId, consented)', 'true'),
  ],
  [
    'test/openid/chains.test.ts',
    'what has expired ends no other chain',
    accountTokens('? tokens.isOpenidChainGood(db, grantId, chain, now)', '? true'),
  ],
  [
    STORAGE,
    'a code that two auth actors exchange ends what it gave',
    accountTokens('      endWithGrant(db, origin, now)\n', ''),
  ],
  [
    'test/tokens/revocation.test.ts',
    'a token that was spent revokes',
    tokenAdapters("if (named && route === 'revocation') return findToRevoke(named, secret)", ''),
  ],
  [
    45,
    'a request of somebody who is signed in has a bound',
    tokenAdapters('assertShort({ params: Provider.ctx?.oidc.params })', ''),
  ],
  [
    45,
    'the id of a token for a resource is none without its signature',
    tokenAdapters('secret === openidScope().resourceToken', 'names.read(kind, secret) === null'),
  ],
  [
    RESOURCE_TOKENS,
    'a token for a resource is verified',
    resourceTokens('    return null\n', UNVERIFIED_ID),
  ],
  [
    RESOURCE_TOKENS,
    'another resource is told of no token',
    resourceTokens('if (resource === null || resource !== resourceId(clientId)) return false', ''),
  ],
  [
    RESOURCE_TOKENS,
    'a resource shows its secret',
    resourceTokens("if (clientAuthMethod === 'none') return false", ''),
  ],
  [
    RESOURCE_TOKENS,
    'nobody is told of a token for a resource that was removed',
    resourceTokens('resource !== null && !scopeLeft(grant, token)', 'false'),
  ],
  [
    RESOURCE_TOKENS,
    'a resource is told of no token of a client that is gone',
    resourceTokens(
      'return client !== undefined && (found?.grant.createdAt ?? 0) >= registeredAt(holder)',
      'return client !== undefined && found !== null',
    ),
  ],
  [STORAGE, 'a code is spent once', tokens('AND (consumed_at IS NULL OR consumed_by = @by)', '')],
  [
    STORAGE,
    'tokens go with their grant',
    accountTokens('!findOpenidGrant(db, grantId, now)', 'false'),
  ],
  [
    'test/openid/issued_tokens.test.ts',
    'tokens that are not kept do not leave',
    inFile('openid/tokens/issued_tokens.ts')(
      "if (!kept || typeof kept === 'string')",
      "if (typeof kept === 'string')",
    ),
  ],
  [
    'test/openid/issued_tokens.test.ts',
    'the owner is told of a refresh token that is used twice',
    inFile('openid/tokens/refused_refresh.ts')('if (!reused) return', 'return'),
  ],
  [
    'test/openid/issued_tokens.test.ts',
    'a grant ends with its tokens',
    accountTokens('if (!tokens.hasGoodOpenidToken(db, grantId, now))', 'if (!grantId)'),
  ],
  [
    'test/openid/issued_tokens.test.ts',
    'a refresh token has one successor',
    inFile('openid/tokens/issued_tokens.ts')('text.replace(next, successor)', 'text'),
  ],
  [
    'test/openid/mcp.test.ts',
    'a local app is named one',
    consent('isLocal: isLoopback(to)', 'isLocal: false'),
  ],
  [DEVICE, 'a device waits', deviceAdapter('if (polled.isTooFast) throw', 'if (false) throw')],
  [
    45,
    'guesses of the code of a device are counted',
    device("takePoint(this.#services, 'device code', person.did)", '{ giveBack: async () => {} }'),
  ],
  [
    45,
    'a form of a device is of its person',
    device('if (form?.did !== person.did) return', 'if (!form) return'),
  ],
  [
    DEVICE,
    'a device that somebody else has let in is not said to be connected',
    device('decided?.accountId === person.did', 'decided?.accountId !== undefined'),
  ],
  [STORAGE, 'a code of a device is decided once', deviceCodes('decided_at IS NULL OR', 'true OR')],
  [STORAGE, 'a code of a device is spent once', deviceCodes('consumed_at IS NULL OR', 'true OR')],
  [45, 'a device shows its secret', deviceCodes(' AND secret_hash = @secret', '')],
  [
    RESOURCES,
    'a resource that was removed gives nothing',
    resources('|| resource.registeredAt > since', ''),
  ],
  [
    RESOURCES,
    'nor by what was consented to before',
    inFile('openid/interaction/consents.ts')(
      'await stillRegistered(flow, consent.resources, consent.updatedAt)',
      'consent.resources',
    ),
  ],
  [RESOURCES, 'a token is for what was granted', resourceServers('if (isForToken)')],
  [
    RESOURCES,
    'the address of a resource has one spelling',
    inFile('openid/provider/provider.ts')('  spellResources(provider)\n', ''),
  ],
  [
    RESOURCES,
    'a PDS is no resource',
    inFile('openid/resources/resource_operator.ts')(
      "protocol === 'did:' || own.includes(origin)",
      'false',
    ),
  ],
  [
    CODE_FLOW,
    'nobody comes back to a client but whom it has named',
    signIn('isBegun && found?.basis && hinted !== undefined && found.did !== hinted', 'false'),
  ],
  [
    'test/openid/profile.test.ts',
    'a large profile is not read',
    inFile('pds/client.ts')('? LARGEST_RECORD :', '? undefined :'),
  ],
  [
    LATE_REFRESHES,
    'a late refresh ends nothing',
    accountTokens("if (standing === 'late') return standing\n    transact(", 'transact('),
  ],
  [
    LATE_REFRESHES,
    'a late refresh is of its key',
    tokens('isAuthenticated || jkt === (bound ?? null)', 'true'),
  ],
  [
    LATE_REFRESHES,
    'a proof is of no later time than it comes',
    inFile('database/account/rotation.ts')(
      'Math.min(provenAt, seconds(receivedAt) + Math.min(ahead, 0))',
      'provenAt',
    ),
  ],
  [
    CODE_FLOW,
    'no client learns by a hint who is not there',
    inFile('openid/interaction/prompts.ts')(" || asked.has('none')", ''),
  ],
  [CODE_FLOW, 'a hint signs nobody out', signIn('isOfAnother(interaction, meant)', 'false')],
  [
    CODE_FLOW,
    'who changes the account is shown a form of this service',
    inFile('openid/pages/shown_page.ts')("'same-origin'", "'no-referrer'"),
  ],
  [
    45,
    'a session has no client that only asked',
    inFile('openid/provider/provider.ts')('if (grantId === undefined)'),
  ],
  [
    45,
    'a link of this service leads to no client that nobody vouches for',
    inFile('openid/sign_out/unregistered_way_back.ts')(
      '(!isUnvouched(this) || isOfThisSignIn(oidc))',
      'true',
    ),
  ],
  [
    45,
    'a hint is that of the sign-in in this browser',
    inFile('openid/sign_out/sign_out_asked.ts')('sub === accountId', 'true'),
  ],
  [
    CODE_FLOW,
    'a link ends nothing for who stays signed in',
    inFile('openid/sign_out/sign_out_asked.ts')('if (!isOfThisSignIn(oidc))'),
  ],
  [
    CODE_FLOW,
    'who stays signed in is told so',
    inFile('openid/sign_out/signed_out.ts')('!hasStayed || ', 'hasStayed || '),
  ],
  [
    CODE_FLOW,
    'a hint that is wrong keeps nobody from the sign-out',
    inFile('openid/sign_out/sign_out_client.ts')(
      'if (await isTrue(provider, hint, id))',
      'if (true)',
    ),
  ],
  [
    'test/openid/unkept_grants.test.ts',
    'nothing is granted before it is decided',
    inFile('openid/interaction/consents.ts')('grant.jti = newGrantId()', 'await grant.save()'),
  ],
  [
    'test/openid/unkept_grants.test.ts',
    'a decision that is sent twice is one',
    inFile('openid/interaction/interaction_consent.ts')(
      'interaction.result?.consent?.grantId ?? ',
      '',
    ),
  ],
  [
    'test/openid/unkept_grants.test.ts',
    'what was allowed before stays allowed',
    inFile('openid/interaction/interaction_consent.ts')(
      'await grantOrConsent(storage, provider, id, { did, clientId })',
      'id === undefined ? undefined : await provider.Grant.find(id)',
    ),
  ],
  [
    RESOURCE_TOKENS,
    'a scope that was taken from a resource is told of no token',
    inFile('openid/provider/provider.ts')('  tellScopesLeft(provider)\n', ''),
  ],
  [RESOURCE_TOKENS, 'a resource has what it offers', resources('offered.has(each)', 'true')],
  [
    RESOURCES,
    'a token for a resource has what was asked for',
    resourceServers('(indicator, source.scopes)', "(indicator, ['tools:write'])"),
  ],
  [
    RESOURCES,
    'a refresh narrows to a scope of the resource',
    resourceServers('if (scope && ', 'if (false && scope && '),
  ],
  [
    REFUSALS,
    'nobody signs in for nothing',
    parameters('resources.length > 0 || (scopes.length > 0 && !isForResource)', 'true'),
  ],
  [
    RESOURCES,
    'nor for a resource of which nothing is asked for',
    parameters(' && !isForResource', ''),
  ],
  [
    'test/openid/offline_access.test.ts',
    'a client is not given what it said that it never asks for',
    inFile('openid/tokens/offline_access.ts')('isOfflineAsked ? mayAsk', 'isOfflineAsked ? true'),
  ],
  [REFUSALS, 'an assertion is for one server', assertions('[aud].flat().length !== 1', 'false')],
  [
    34,
    'clients that take no sign-out fill no log',
    inFile('openid/sign_out/logout_teller.ts')('if (hasRoom(log,', 'if (true || hasRoom(log,'),
  ],
  [
    STORAGE,
    'what a request has begun that has expired is none',
    inFile('database/flow/openid_request.ts')(
      'WHERE id_hash = ? AND kind = ? AND expires_at > ?',
      'WHERE id_hash = ? AND kind = ? AND ? > 0',
    ),
  ],
  [
    STORAGE,
    'a client is told of an ending once',
    inFile('actors/account/openid_logout.ts')(
      'for (const id of done) deleteOpenidSignIn(db, id)',
      'void [done, deleteOpenidSignIn]',
    ),
  ],
  [
    STORAGE,
    'an ending that begins while another is told is told, too',
    inFile('database/flow/openid_ending.ts')(
      'DELETE FROM openid_ending WHERE did = ? AND noted_at = ?',
      'DELETE FROM openid_ending WHERE did = ? AND ? > 0',
    ),
  ],
  [
    STORAGE,
    'and is not put off',
    inFile('database/flow/openid_ending.ts')(
      'SET due_at = ? WHERE did = ? AND noted_at = ?',
      'SET due_at = ? WHERE did = ? AND ? > 0',
    ),
  ],
  [
    STORAGE,
    'no two endings of an account are one',
    inFile('database/flow/openid_ending.ts')(
      'max(noted_at + 1, excluded.noted_at)',
      'excluded.noted_at',
    ),
  ],
  [
    STORAGE,
    'a consent is for the client of then',
    inFile('database/account/openid_consent.ts')(
      'WHERE client_id = ? AND updated_at >= ?',
      'WHERE client_id = ? AND ? >= 0',
    ),
  ],
  [
    STORAGE,
    'a kind of secret is no other',
    names("given[given.indexOf('.') + 1] !== KINDS[kind]", 'false'),
  ],
  [
    'test/storage/wrong_clock.test.ts',
    'a client is told, however far ahead the clock was',
    inFile('database/flow/openid_ending.ts')(' OR due_at > @now +', ' OR due_at > 1e15 +'),
    inFile('database/account/openid_sign_in.ts')('WHERE due_at > @now +', 'WHERE due_at > 1e15 +'),
  ],
])
