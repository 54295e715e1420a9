import { createHash, randomBytes } from 'node:crypto'

/** What a product has to be told. */
type Told = {
  issuer: string
  /** Addresses of the provider's endpoints. */
  endpoints: {
    authorization: string
    token: string
    userinfo: string
    jwks: string
    endSession: string
  }
  id: string
  /** What stands for it where it is not known any more. */
  secret: string
  redirectUri: string
}

/** Addresses of a product that the provider has to be told. */
export type Addresses = {
  redirectUri: string
  /** Where people come back to as well, by the way in which the product's server is set up. */
  otherRedirectUri?: string
  postLogoutUri?: string
  backchannelLogoutUri?: string
}

type Product = {
  /** @param url where the product is, without a slash at its end @param id of the client */
  at(url: string, id: string): Addresses
  /** Its settings, as the product itself takes them. */
  settings(told: Told): string
}

/**
 * The plugin sends no challenge (RFC 7636), and has filters by which one is sent. The verifier is that of the `state`,
 * which comes back, so nothing has to be kept.
 */
const WORDPRESS_PKCE = `
function openid_code_verifier( $state ) {
	return hash_hmac( 'sha256', $state, wp_salt() );
}
add_filter( 'openid-connect-generic-auth-url', function ( $url ) {
	parse_str( parse_url( $url, PHP_URL_QUERY ), $query );
	$hash = hash( 'sha256', openid_code_verifier( $query['state'] ), true );
	$challenge = rtrim( strtr( base64_encode( $hash ), '+/', '-_' ), '=' );
	return $url . '&code_challenge_method=S256&code_challenge=' . $challenge;
} );
add_filter( 'openid-connect-generic-alter-request', function ( $request, $operation ) {
	if ( 'get-authentication-token' === $operation ) {
		$request['body']['code_verifier'] = openid_code_verifier( $_GET['state'] );
	}
	return $request;
}, 10, 2 );`

const SCOPES = 'openid profile email'

const discovery = (issuer: string) => `${issuer}/.well-known/openid-configuration`
const originOf = (uri: string) => new URL(uri).origin

/** By the name that `--for` takes. The names of settings are those of the products' own manuals. */
export const PRODUCTS = {
  discourse: {
    at: (url) => ({ redirectUri: `${url}/auth/oidc/callback`, postLogoutUri: `${url}/` }),
    settings: ({ issuer, id, secret, redirectUri }) => `openid_connect_enabled: true
openid_connect_discovery_document: ${discovery(issuer)}
openid_connect_client_id: ${id}
openid_connect_client_secret: ${secret}
openid_connect_authorize_scope: ${SCOPES}
openid_connect_use_pkce: true
openid_connect_rp_initiated_logout: true
openid_connect_rp_initiated_logout_redirect: ${originOf(redirectUri)}/`,
  },
  matrix: {
    at: (url, id) => ({
      redirectUri: `${url}/upstream/callback/${ulidOf(id)}`,
      backchannelLogoutUri: `${url}/upstream/backchannel-logout/${ulidOf(id)}`,
    }),
    settings: ({ issuer, id, secret, redirectUri }) => `upstream_oauth2:
  providers:
    - id: ${redirectUri.split('/').at(-1)}
      issuer: ${issuer}
      human_name: ${new URL(issuer).host}
      client_id: ${id}
      client_secret: ${secret}
      token_endpoint_auth_method: client_secret_basic
      scope: ${SCOPES}
      pkce_method: always
      on_backchannel_logout: logout_browser_only
      claims_imports:
        localpart:
          action: require
          template: "{{ user.preferred_username }}"
        displayname:
          action: suggest
          template: "{{ user.name }}"
        email:
          action: suggest
          template: "{{ user.email }}"`,
  },
  wordpress: {
    at: (url) => ({
      redirectUri: `${url}/wp-admin/admin-ajax.php?action=openid-connect-authorize`,
      // WordPress adds the language of who signs out.
      postLogoutUri: `${url}/wp-login.php?loggedout=true&wp_lang=en_US`,
    }),
    settings: ({ issuer, endpoints, id, secret }) => `<?php
define( 'OIDC_CLIENT_ID', '${id}' );
define( 'OIDC_CLIENT_SECRET', '${secret}' );
define( 'OIDC_CLIENT_SCOPE', '${SCOPES}' );
define( 'OIDC_ISSUER', '${issuer}' );
define( 'OIDC_ENDPOINT_LOGIN_URL', '${endpoints.authorization}' );
define( 'OIDC_ENDPOINT_TOKEN_URL', '${endpoints.token}' );
define( 'OIDC_ENDPOINT_USERINFO_URL', '${endpoints.userinfo}' );
define( 'OIDC_ENDPOINT_JWKS_URL', '${endpoints.jwks}' );
define( 'OIDC_ENDPOINT_LOGOUT_URL', '${endpoints.endSession}' );
${WORDPRESS_PKCE}`,
  },
  grafana: {
    at: (url) => ({ redirectUri: `${url}/login/generic_oauth`, postLogoutUri: `${url}/login` }),
    settings: ({ endpoints, id, secret, redirectUri }) => `[auth.generic_oauth]
enabled = true
allow_sign_up = true
client_id = ${id}
client_secret = ${secret}
scopes = ${SCOPES}
auth_url = ${endpoints.authorization}
token_url = ${endpoints.token}
api_url = ${endpoints.userinfo}
use_pkce = true
login_attribute_path = preferred_username
name_attribute_path = name
email_attribute_path = email
signout_redirect_url = ${endpoints.endSession}?${new URLSearchParams({
      // It sends an id token only as long as the access token is good.
      client_id: id,
      post_logout_redirect_uri: redirectUri.replace('/login/generic_oauth', '/login'),
    })}`,
  },
  mod_auth_openidc: {
    at: (url) => ({
      redirectUri: `${url}/openid-callback`,
      postLogoutUri: `${url}/`,
      backchannelLogoutUri: `${url}/openid-callback?logout=backchannel`,
    }),
    settings: ({ issuer, id, secret, redirectUri }) => `OIDCProviderMetadataURL ${discovery(issuer)}
OIDCClientID ${id}
OIDCClientSecret ${secret}
OIDCRedirectURI ${redirectUri}
OIDCCryptoPassphrase ${newSecret()}
OIDCScope "${SCOPES}"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username`,
  },
  'oauth2-proxy': {
    at: (url) => ({ redirectUri: `${url}/oauth2/callback` }),
    settings: ({ issuer, id, secret, redirectUri }) => `provider = "oidc"
oidc_issuer_url = "${issuer}"
client_id = "${id}"
client_secret = "${secret}"
redirect_url = "${redirectUri}"
scope = "${SCOPES}"
code_challenge_method = "S256"
email_domains = ["*"]
cookie_secret = "${newSecret()}"`,
  },
  nextcloud: {
    // With pretty URLs and without.
    at: (url) => ({
      redirectUri: `${url}/apps/user_oidc/code`,
      otherRedirectUri: `${url}/index.php/apps/user_oidc/code`,
      postLogoutUri: `${url}/`,
      backchannelLogoutUri: `${url}/index.php/apps/user_oidc/backchannel-logout/${NEXTCLOUD_NAME}`,
    }),
    settings: ({
      issuer,
      id,
      secret,
      redirectUri,
    }) => `sudo -u www-data php occ user_oidc:provider ${NEXTCLOUD_NAME} \\
  --clientid='${id}' \\
  --clientsecret='${secret}' \\
  --discoveryuri='${discovery(issuer)}' \\
  --postlogouturi='${redirectUri.replace('apps/user_oidc/code', '')}' \\
  --scope='${SCOPES}' \\
  --send-id-token-hint=1`,
  },
  outline: {
    at: (url) => ({ redirectUri: `${url}/auth/oidc.callback`, postLogoutUri: url }),
    // By its metadata, from which alone it learns that it is to send a challenge.
    settings: ({ issuer, id, secret }) => `OIDC_CLIENT_ID=${id}
OIDC_CLIENT_SECRET=${secret}
OIDC_ISSUER_URL=${issuer}
OIDC_USERNAME_CLAIM=preferred_username
OIDC_DISPLAY_NAME=${new URL(issuer).host}
OIDC_SCOPES=${SCOPES}`,
  },
} as const satisfies Record<string, Product>

export type ProductName = keyof typeof PRODUCTS

/** What Nextcloud calls this provider, also in an address. */
const NEXTCLOUD_NAME = 'vestibule'

/** One that the product keeps for itself, of 32 characters. */
const newSecret = () => randomBytes(16).toString('hex')

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** An id in the form of a ULID, as Matrix Authentication Service asks for; always the same for a client. */
function ulidOf(id: string): string {
  const hash = createHash('sha256').update(id).digest()
  const number = BigInt(`0x${hash.subarray(0, 16).toString('hex')}`)
  const digit = (i: number) => BASE32[Number((number >> BigInt(5 * i)) & 31n)]
  return Array.from({ length: 26 }, (_, i) => digit(25 - i)).join('')
}
