import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import manifest from '../../../package.json' with { type: 'json' }
import type { CertificateAuthority } from '../certificates.ts'
import type { Dns } from '../servers/dns.ts'

const preload = (file: string) => ['--import', fileURLToPath(new URL(file, import.meta.url))]

/** A module that each child loads first, as a URL: what the tests' tests change (`test/removals`). */
const first = process.env.WORLD_PRELOAD

/** Node's arguments for a child process that is waited for. */
export const firstArguments = first ? ['--import', first] : []

/** Node's arguments for a process that ends with its parent. Spawn it with an `ipc` channel. */
export const endsWithParent = preload('../processes/exit_with_parent.ts')

/**
 * Node's arguments for a child process of the world: it finds the world's host
 * names and ends with its parent. Spawn it with an `ipc` channel.
 */
export const childArguments = [
  ...firstArguments,
  ...preload('../servers/resolve_test_names.ts'),
  ...preload('./password_work.ts'),
  ...endsWithParent,
]

/** Where children of the world run: no `.env` of the developer's is there. */
export const childFolder = tmpdir()

/** What `pnpm <script>` runs, as Node's arguments: V8's flags and the file. */
export function argumentsOf(script: 'start' | 'start:gateway' | 'start:runner'): string[] {
  const words = manifest.scripts[script].split(' ').slice(1)
  const flags = words.filter((word) => word.startsWith('--'))
  return [...flags, fileURLToPath(new URL(`../../../${words.at(-1)}`, import.meta.url))]
}

/** Compiled code of processes that ended by themselves, so that the next ones start sooner. */
export const compileCache = fileURLToPath(
  new URL('../../../node_modules/.cache/world', import.meta.url),
)

/**
 * That of the programs: what they load late is compiled after they have set flags of V8, and no other process
 * takes it.
 */
const programCache = join(compileCache, 'programs')

/**
 * The environment of a child process: the `variables`, trust in `ca`, TXT records
 * from `dns`, and nothing of the developer's own shell but where programs and
 * temporary files are.
 */
export function childEnvironment(
  { ca, dns }: { ca?: CertificateAuthority; dns?: Dns },
  variables: Record<string, string | undefined>,
): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return {
    PATH,
    HOME,
    TMPDIR,
    NODE_COMPILE_CACHE: programCache,
    NODE_EXTRA_CA_CERTS: ca?.certFile,
    WORLD_DNS: dns?.address,
    WORLD_PASSWORDS: process.env.WORLD_PASSWORDS,
    ...variables,
  }
}
