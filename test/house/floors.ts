/**
 * The floors of the house, from the ground up: a room is a folder or a file of the top level, and
 * imports only from rooms of lower floors. Rooms of one floor do not import each other.
 */
export const FLOORS: readonly (readonly string[])[] = [
  ['base'],
  ['http'],
  ['factors', 'identity', 'mail', 'passwords', 'pds', 'tokens'],
  ['database', 'gateway'],
  ['actors'],
  ['embedded', 'maintenance', 'sagas'],
  ['operator', 'pages', 'stores', 'xrpc'],
  ['oauth'],
  ['openid', 'operator_page'],
  ['app'],
  ['registry.ts'],
  ['programs'],
  ['cli', 'start.ts', 'start_gateway.ts', 'start_runner.ts'],
  ['lab'],
  ['demo'],
  ['test'],
  ['vitest.config.ts'],
]

/**
 * The floors within a room that is divided, from the ground up: its folders, and files that lie straight in it and that
 * one of these folders imports. Every other file of it stands above all of them.
 */
export const FLOORS_WITHIN: Readonly<Record<string, readonly (readonly string[])[]>> = {
  base: [
    ['atproto_crypto.ts', 'errors.ts', 'lifetimes.ts', 'values'],
    ['files', 'time'],
    ['process', 'settings'],
    ['secrets', 'watching'],
    ['work'],
  ],
  cli: [
    ['described_command.ts', 'errors.ts', 'openid_products.ts', 'right_setting.ts'],
    ['folders.ts', 'installation.ts', 'terminal', 'upgrade'],
    ['databases.ts', 'env_file.ts', 'operator'],
    ['action.ts', 'pds'],
    ['doctor', 'import_pds', 'init'],
    ['adopt'],
    ['release'],
    ['commands'],
  ],
  database: [
    [
      ...[
        'bounded_table.ts',
        'copy.ts',
        'database.ts',
        'durable.ts',
        'file_lock.ts',
        'group_commit.ts',
      ],
      ...['hash.ts', 'lazy_tables.ts', 'log_sync.ts', 'named_error.ts', 'partition.ts', 'paths.ts'],
      ...['schema.ts', 'sealed_columns.ts'],
    ],
    ['account', 'directory', 'flow', 'limits', 'replication'],
    ['check', 'import'],
  ],
  gateway: [
    ['capacity.ts', 'timeouts.ts'],
    ['answers', 'requests'],
    ['connections', 'pass_through'],
  ],
  http: [
    ['body', 'names'],
    [
      ...['asked_in_vain.ts', 'cookie.ts', 'endings.ts', 'envelope.ts', 'language.ts'],
      ...['message.ts', 'requester.ts'],
    ],
    ['adapter', 'answers'],
    ['page', 'routes'],
  ],
  maintenance: [['data_folder'], ['databases'], ['backup', 'check', 'copy']],
  oauth: [
    ['paths.ts'],
    ['security_paths.ts'],
    ['checks', 'fetching', 'pages', 'requests', 'scripts.ts', 'tokens'],
    ['clients', 'sign_in'],
    ['proofs', 'security', 'sign_out'],
    ['provider'],
  ],
  openid: [
    ['claims', 'device_grant.ts', 'keys.ts', 'paths.ts'],
    ['clients', 'resources'],
    ['storage'],
    ['pages', 'tokens'],
    ['interaction', 'sign_out'],
    ['device', 'provider'],
  ],
  operator: [
    ['command.ts', 'find_account.ts', 'given_names.ts', 'half_done_error.ts', 'inputs', 'paths.ts'],
    ['doctor'],
    ['commands'],
    ['descriptions'],
  ],
  pages: [
    ['app_names.ts', 'handle_host.ts', 'kept_in_tab.ts', 'passkeys', 'texts.ts'],
    ['locales', 'sign_in'],
    ['links.ts'],
    ['openid', 'permissions', 'security', 'sign_out'],
    ['sign_up'],
  ],
  sagas: [
    ['services'],
    ['accounts', 'notices'],
    ['sign_in'],
    ['factors', 'sign_up'],
    ['changes', 'following'],
  ],
  xrpc: [
    [
      'accounts.ts',
      'acts.ts',
      'errors.ts',
      'invites.ts',
      'members.ts',
      'method.ts',
      'new_password.ts',
    ],
    ['auth'],
    ['sessions.ts'],
    ['admin', 'identity', 'server', 'temp'],
  ],
}

/** The rooms of the program itself, below those of tests, demo and measurements. */
export const PROGRAM = FLOORS.slice(
  0,
  FLOORS.findIndex((rooms) => rooms.includes('lab')),
).flat()

/** Packages that are a matter of some rooms only, and which. */
export const KEPT_TO: readonly { packages: RegExp; rooms: readonly string[]; why: string }[] = [
  {
    packages: /^rivetkit(\/|$)/,
    rooms: ['actors', 'registry.ts', 'test'],
    why: 'rivetkit stays in the registry and the actors',
  },
  {
    packages: /^better-sqlite3$/,
    rooms: ['database', 'lab', 'test'],
    why: 'SQL stands in the database room',
  },
  {
    packages: /^@atproto\/oauth-provider(\/|$)/,
    rooms: ['oauth', 'stores', 'lab', 'test'],
    why: 'the provider is known in its seam and the stores',
  },
  {
    packages: /^oidc-provider(\/|$)/,
    rooms: ['openid', 'lab', 'test'],
    why: 'the OpenID provider is known in its room',
  },
]
