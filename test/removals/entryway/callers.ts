import { inFile, toRemovals } from '../removal.ts'

const access = inFile('xrpc/auth/access.ts')
const admin = inFile('xrpc/auth/admin.ts')
const moderator = inFile('xrpc/auth/moderator.ts')
const refresh = inFile('xrpc/auth/refresh.ts')
const service = inFile('xrpc/auth/service.ts')
const tokens = inFile('tokens/legacy_tokens.ts')
const operator = inFile('operator/handler.ts')

const CLAIMS = 'test/tokens/legacy_claims.test.ts'
const ADMINS = 'test/xrpc/admin_passwords.test.ts'
const ADMINS_TRAIL = 'test/xrpc/admin_trail.test.ts'
const MODERATOR = 'test/xrpc/moderator.test.ts'
const OPERATOR = 'test/cli/operator_api.test.ts'

/** What it defends of who calls a method: whose a token is, and what it is for. */
export const callerRows = toRemovals([
  [
    CLAIMS,
    'a JWT expires',
    tokens('if (!allowExpired && exp <= seconds(Date.now())) throw expired()', ''),
  ],
  [CLAIMS, 'a JWT says when', tokens("if (typeof exp !== 'number') throw notVerified()", '')],
  [CLAIMS, 'a JWT is of its type', tokens('read?.header.typ !== typ', 'read === null')],
  [CLAIMS, 'a JWT that is bound to a key is no bearer token', tokens(' && cnf === undefined', '')],
  [CLAIMS, 'a JWT for one method refreshes nothing', tokens('lxm === undefined && ', '')],
  [
    CLAIMS,
    'a refresh JWT is for this entryway',
    tokens('if (claims.audience !== this.#entrywayDid) throw notVerified()', ''),
  ],
  [
    CLAIMS,
    'an access JWT is for the PDS of its account',
    access('if (claims.audience !== account.pdsDid) throw notVerified()', ''),
  ],
  [
    CLAIMS,
    'an app password is not the password',
    access('if (!scopes.includes(claims.scope)) throw badScope()', ''),
  ],
  [
    CLAIMS,
    'the scope of a refresh JWT',
    refresh('if (claims.scope !== LegacyScope.Refresh) throw badScope()', ''),
  ],
  [
    47,
    'a service JWT is for this entryway',
    service('services.settings.did,\n    parseReqNsid', 'null,\n    parseReqNsid'),
  ],
  [47, 'a service JWT is for the method', service('parseReqNsid(call.req),', 'null,')],
  [
    'test/several_pds/several_pds.test.ts',
    'a PDS administers its own accounts',
    admin("of !== 'every' && !of.includes(pdsDid)", 'false'),
  ],
  [
    47,
    'a PDS whose clock is ahead has nobody wait less',
    service(
      'Math.min((decodeJwt(readBearer(call)).iat ?? 0) * 1_000, Date.now())',
      '(decodeJwt(readBearer(call)).iat ?? 0) * 1_000',
    ),
  ],
  [
    20,
    'a password that is of no PDS is a guess',
    admin(
      'administered.length > 0 ? { name, of: administered } : null',
      '{ name, of: administered }',
    ),
  ],
  [
    ADMINS,
    'the operator shows the password',
    admin('isSameSecret(password, secrets.adminPassword)', 'password !== secrets.jwtKeyHex'),
  ],
  [ADMINS, 'and the user of it', admin('given?.user !== ADMIN) throw', 'given === null) throw')],
  [
    ADMINS_TRAIL,
    'what a PDS refuses may be done here, and is in the trail',
    inFile('xrpc/acts.ts')('err instanceof PdsRefusal ||', ''),
  ],
  [
    ADMINS_TRAIL,
    'what is done with the admin password is kept',
    inFile('xrpc/acts.ts')('  await keep()\n  return done', '  return done'),
  ],
  [
    ADMINS_TRAIL,
    'also what is on record and done later',
    inFile('xrpc/acts.ts')('err instanceof UnavailableError && ', 'false && '),
  ],
  [
    ADMINS_TRAIL,
    'and what is refused after a part of it was done',
    inFile('xrpc/acts.ts')('noting.hasChanged() || ', ''),
  ],
  [
    'test/operator/acts_in_part.test.ts',
    'so for commands',
    inFile('operator/run.ts')('else if (hasChanged())', 'else if (false)'),
  ],
  [
    'test/operator/acts_in_part.test.ts',
    'also for those on clients',
    inFile('operator/run.ts')(
      'openid: noting({ ...openid, tokens, resources }),',
      'openid: { ...openid, tokens, resources },',
    ),
  ],
  [
    'test/operator/acts_in_part.test.ts',
    'what is refused at once is in no trail',
    inFile('sagas/noted_changes.ts')('answer === false', 'false'),
  ],
  [
    MODERATOR,
    'the service of the settings alone moderates',
    moderator('if (!isModerationService(issuer, context)) throw untrusted()', ''),
  ],
  [
    OPERATOR,
    'the operator shows the token',
    operator('isSameSecret(given,', 'true || isSameSecret(given,'),
  ],
  [OPERATOR, 'the operator is on this machine', operator('LOOPBACK.test(address) &&', '')],
  [
    'test/cli/operator_commands.test.ts',
    'what only reads tells no password of a PDS',
    inFile('operator/commands/pdses.ts')(
      'pdses.map(({ adminPassword: _, ...pds }) => ({',
      'pdses.map((pds) => ({',
    ),
  ],
  [
    'test/actors/session_standings.test.ts',
    'nobody is sure of a session for longer than who ends it waits',
    inFile('http/endings.ts')(
      'this.#sureUntil = askedAt + ENDINGS_LEASE',
      'this.#sureUntil = performance.now() + ENDINGS_LEASE',
    ),
  ],
])
