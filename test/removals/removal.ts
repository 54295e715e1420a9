import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A change to a source file that takes something out. `file` is relative to the repository. */
export type Edit = { file: string; from: string; to: string }

/** A defence, and what takes it out: all of it, where one part would stand in for another. */
export type Removal = {
  /** Number of the attack, as in the names of the tests, or the path of the tests that are of none. */
  attack: number | string
  defence: string
  edits: readonly Edit[]
}

/** Removals, each as a row: what would take several lines stands above the table. */
export function toRemovals(
  rows: readonly [attack: number | string, defence: string, ...edits: Edit[]][],
): Removal[] {
  return rows.map(([attack, defence, ...edits]) => ({ attack, defence, edits }))
}

/** Edits of one file; a condition is never true unless something else is put for it. */
export const inFile =
  (file: string) =>
  (from: string, to = 'if (false)'): Edit => ({ file, from, to })

/** How vitest is told which tests should miss a defence. */
export function testsOf(attack: number | string): string[] {
  return typeof attack === 'string' ? [attack] : [filesOf(attack), '-t', `^${attack}\\. `]
}

/** Where the tests of an attack are: how the paths of their files begin. */
function filesOf(attack: number): string {
  const name = [
    [4, 'oauth/dpop'],
    [9, 'oauth/par_and_authorize'],
    [12, 'oauth/clients'],
    [15, 'oauth/codes'],
    [19, 'oauth/refresh_and_revoke'],
    [22, 'sign_in/'],
    [23, 'actors'],
    [29, 'reading/'],
    [30, 'names/'],
    [31, 'reading/client_address'],
    [32, 'endings/'],
    [33, 'revoked/'],
    [34, 'growth/'],
    [35, 'connections/'],
    [36, 'mail/mail'],
    [37, 'carried/'],
    [38, 'pages/forms'],
    [39, 'pages/security_page'],
    [40, 'factors/second_factors'],
    [41, 'factors/passkeys'],
    [42, 'factors/trusted_devices'],
    [43, 'mail/sign_out_link'],
    [44, 'mail/new_devices'],
    [45, 'openid/'],
    [46, 'pages/operator_page'],
    [47, 'service_tokens'],
  ].find(([last]) => attack <= (last as number))?.[1]
  return `test/attacks/${name}`
}

/** The file of an edit as the module loader names it: links are resolved. */
export function urlOf({ file }: Edit): string {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  return pathToFileURL(realpathSync(path)).href
}

/** @throws {Error} when the file does not have what is to be taken out: then nothing is shown */
export function apply(edit: Edit, source = readFileSync(new URL(urlOf(edit)), 'utf8')): string {
  if (!source.includes(edit.from)) throw new Error(`${edit.file} does not have: ${edit.from}`)
  return source.replace(edit.from, () => edit.to)
}
