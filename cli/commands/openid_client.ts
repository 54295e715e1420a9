import { type Command, InvalidArgumentError, Option } from 'commander'
import { unreachable } from '../../openid/clients/client_addresses.ts'
import { DEVICE_GRANT } from '../../openid/device_grant.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { CliError, ExitCode } from '../errors.ts'
import { type Addresses, PRODUCTS, type ProductName } from '../openid_products.ts'
import { pagesOf, registered, when } from '../terminal/output.ts'
import { table } from '../terminal/table.ts'

/** What a client that signs people in asks for, and where; of the others discovery says that. */
function forPeople({ device, redirectUri }: Added, endpoints: Record<'device' | 'token', string>) {
  return [
    '  scopes         openid profile email',
    ...(redirectUri ? ['  PKCE           S256, required'] : []),
    ...(device
      ? [`  device asks    ${endpoints.device}`, `  and polls      ${endpoints.token}`]
      : []),
  ]
}

/** Of a product that has an address for it. */
const UNTOLD = 'It is not told of sign-outs here: that needs an https address without a port.'

/** Stands for a secret, of which a hash is kept. */
const KEPT = '<the secret that was told>'

type Added = {
  for?: ProductName
  at?: string
  redirectUri?: string[]
  postLogoutUri?: string[]
  backchannelLogoutUri?: string
  name?: string
  uri?: string
  logo?: string
  public?: boolean
  jwksUri?: string
  native?: boolean
  refresh?: boolean
  device?: boolean
  resource?: boolean
  alg?: string
}

export function addClients(openid: Command): void {
  const client = openid.command('client').description('OpenID clients (relying parties)')
  addAdd(client)

  described(client, 'openid client list').action(
    online(async (operator, output) => {
      const pages = pagesOf(async (after: string | undefined) => {
        const { clients, next } = await operator('openid/client-list', { after })
        return { rows: clients, next }
      })
      await output.list(pages, (rows) =>
        table(
          ['id', 'name', 'secret', 'told of sign-outs', 'registered', 'by'],
          rows.map(({ id, metadata, hasSecret, registeredAt, isSelfRegistered }) => [
            ...[id, String(metadata.client_name ?? ''), hasSecret ? 'yes' : 'no'],
            ...[metadata.backchannel_logout_uri === undefined ? 'no' : 'yes', when(registeredAt)],
            isSelfRegistered ? 'itself' : 'you',
          ]),
        ),
      )
    }),
  )

  described(client, 'openid client show')
    .addOption(productOption())
    .action(
      online<Json>(async (operator, output, [id = ''], options) => {
        refuseForJson(options)
        const { metadata, issuer, endpoints } = await operator('openid/client-show', { id })
        output.result(metadata, (found) => {
          const product = options.for && PRODUCTS[options.for]
          const [redirectUri = ''] = (metadata.redirect_uris ?? []) as string[]
          if (!product) return JSON.stringify(found, null, 2)
          return product.settings({ issuer, endpoints, id, secret: KEPT, redirectUri })
        })
      }),
    )

  described(client, 'openid client rotate-secret').action(
    online(async (operator, output, [id = '']) => {
      const rotated = await operator('openid/client-rotate-secret', { id })
      output.result(rotated, ({ secret }) => `The secret of ${id} is ${secret}`)
    }),
  )

  described(client, 'openid client remove').action(
    online(async (operator, output, [id = '']) => {
      await operator('openid/client-show', { id })
      const removed = await operator('openid/client-remove', { id })
      output.result(removed, () => `${removed.id} is unknown from now on`)
    }),
  )
}

function addAdd(client: Command): void {
  described(client, 'openid client add')
    .addOption(productOption())
    .option('--at <url>', 'where that product is, in place of the addresses below', webAddress)
    .option('--redirect-uri <uri...>', 'where people come back to')
    .option('--post-logout-uri <uri...>', 'where they come back to when they have signed out')
    .option('--backchannel-logout-uri <uri>', 'where it is told that somebody signed out')
    .option('--name <name>', 'what people are told it is called')
    .option('--uri <url>', 'its home page')
    .option('--logo <url>', 'a picture of it')
    .option('--public', 'it cannot keep a secret')
    .option(
      '--jwks-uri <url>',
      'where it publishes its keys, by which it proves itself in place of a secret',
    )
    .option('--native', 'it is an app on a device')
    .option('--refresh', 'it gets refresh tokens')
    .option('--device', 'it runs where there is no browser, and shows a code to type (RFC 8628)')
    .option('--resource', 'it is the protected resource of that address, and asks about its tokens')
    .option('--alg <alg>', 'how id tokens are signed: RS256 (usual) or ES256')
    .action(
      online<Added & Json>(async (operator, output, [id = ''], options, { settings }) => {
        if (options.at === undefined) refuseForJson(options)
        assertWeb(options)
        const usual = addressesOf(id, options)
        const untold = unreachable({ backchannel_logout_uri: usual.backchannelLogoutUri }, settings)
        if (untold) delete usual.backchannelLogoutUri
        const given = { ...usual, ...options }
        const added = await operator('openid/client-add', { id, metadata: metadataOf(given) })
        output.result(added, ({ isNew, issuer, endpoints, secret }) => {
          const done = `${id} ${registered(isNew)}`
          const product = options.for && PRODUCTS[options.for]
          const [redirectUri = ''] = given.redirectUri ?? []
          if (product) {
            const told = { issuer, endpoints, id, secret: secret ?? KEPT, redirectUri }
            const note = untold && !given.backchannelLogoutUri ? `${UNTOLD}\n` : ''
            return `${done}. ${note}Its settings:\n\n${product.settings(told)}`
          }
          const isForPeople = given.redirectUri || given.device
          return [
            `${done}. Its settings:`,
            `  issuer         ${issuer}`,
            `  discovery      ${issuer}/.well-known/openid-configuration`,
            `  client id      ${id}`,
            ...(secret === null ? [] : [`  client secret  ${secret}`]),
            ...(isForPeople ? forPeople(given, endpoints) : []),
            ...(options.resource ? [`  introspection  ${endpoints.introspection}`] : []),
          ].join('\n')
        })
      }),
    )
}

const productOption = () =>
  new Option('--for <product>', 'print the settings as this product takes them').choices(
    Object.keys(PRODUCTS),
  )

type Json = { for?: ProductName; json?: boolean }

/** @throws {CliError} where settings of a product are to be printed, which are no JSON */
function refuseForJson({ for: product, json }: Json): void {
  if (product && json) {
    throw new CliError('--for: prints settings, and goes without --json', ExitCode.wrongUsage)
  }
}

/** @throws {CliError} where people come back to an app on a device, and it is not said to be one */
function assertWeb({ native, redirectUri = [] }: Added): void {
  const own = redirectUri.find((uri) => !isWebAddress(uri) && URL.canParse(uri))
  if (native || own === undefined) return
  const why = `--redirect-uri ${own} leads to an app on a device: give --native, too`
  throw new CliError(why, ExitCode.wrongUsage)
}

const isWebAddress = (given: string) => /^https?:$/.test(URL.parse(given)?.protocol ?? '')

/** @throws {InvalidArgumentError} */
function webAddress(given: string): string {
  if (isWebAddress(given)) return given
  throw new InvalidArgumentError('It must be an address such as https://forum.example.com.')
}

/** Those of a product at an address. @throws {CliError} where it is not said where people come back to */
function addressesOf(
  id: string,
  { for: name, at, redirectUri: given, device, resource }: Added,
): Partial<Added> {
  if (name && at !== undefined) {
    const addresses: Addresses = PRODUCTS[name].at(at.replace(/\/+$/, ''), id)
    const { redirectUri, otherRedirectUri, postLogoutUri, backchannelLogoutUri } = addresses
    return {
      redirectUri: otherRedirectUri === undefined ? [redirectUri] : [redirectUri, otherRedirectUri],
      ...(postLogoutUri !== undefined && { postLogoutUri: [postLogoutUri] }),
      ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
    }
  }
  if ((given || device || resource) && at === undefined) return {}
  const why =
    'Give --redirect-uri, --device, --resource, or --for with the --at <url> of the product'
  throw new CliError(why, ExitCode.wrongUsage)
}

/** As RFC 7591 names it. */
function metadataOf(given: Added): Record<string, unknown> {
  const byCode = given.redirectUri ? ['authorization_code'] : []
  const byDevice = given.device ? [DEVICE_GRANT] : []
  const refresh = given.refresh ? ['refresh_token'] : []
  const all = {
    redirect_uris: given.redirectUri,
    post_logout_redirect_uris: given.postLogoutUri,
    backchannel_logout_uri: given.backchannelLogoutUri,
    client_name: given.name,
    client_uri: given.uri,
    logo_uri: given.logo,
    application_type: given.native ? 'native' : undefined,
    token_endpoint_auth_method: methodOf(given),
    jwks_uri: given.jwksUri,
    grant_types: [...byCode, ...byDevice, ...refresh],
    response_types: given.redirectUri ? undefined : [],
    id_token_signed_response_alg: given.alg,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** How it proves itself; undefined where by a secret. */
function methodOf({ public: isPublic, jwksUri }: Added): string | undefined {
  if (isPublic) return 'none'
  return jwksUri === undefined ? undefined : 'private_key_jwt'
}
