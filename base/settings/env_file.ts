import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SettingsError } from '../errors.ts'
import { codeOf } from '../values/fault_code.ts'

const FILE = '.env'

/** Editors of Windows begin a file with it; Docker leaves it out. */
const BYTE_ORDER_MARK = /^\uFEFF/
/** What stands in for a byte that is not UTF-8, and what every second byte of UTF-16 is. */
const NOT_UTF_8 = /[\uFFFD\0]/
const A_SETTING = /^\s*(?:export\s+)?\w+\s*=/
/** The name in a line that is meant to be a setting. */
const MEANT = /^\s*(?:export\s+|-\s+)?["'`]?((?:ENTRYWAY|PDS)[_-][\w-]*)/i

/**
 * Reads `.env` of the working directory into the environment, if it is there. What the environment
 * has already stays.
 *
 * Node's own `--env-file-if-exists` would print a line for each person who has no such file.
 *
 * @throws {SettingsError} when this user may not read it, or Node would skip what is meant to be a setting
 */
export function loadEnvFile(): void {
  const text = read()
  const lines = skipped(text)
  if (lines.length) throw new SettingsError(lines)
  for (const [name, value] of Object.entries(parseEnvFile(text))) process.env[name] ??= value
}

/** The settings in the text of a file, as Node reads them, also where an editor marked its beginning. */
export const parseEnvFile = (text: string) => parseEnv(text.replace(BYTE_ORDER_MARK, ''))

/** One sentence for each line that Node would skip without a word, though it is meant to set something. */
function skipped(text: string): string[] {
  if (NOT_UTF_8.test(text)) return [`${FILE}: is not UTF-8 text; save it as UTF-8`]
  const read = parseEnvFile(text)
  return text
    .replace(BYTE_ORDER_MARK, '')
    .split('\n')
    .flatMap((line, i) => {
      const name = MEANT.exec(line)?.[1]
      if (name === undefined) return []
      const where = `${FILE}, line ${i + 1}`
      if (!A_SETTING.test(line)) {
        return [`${where}: sets nothing; write ${name.replaceAll('-', '_').toUpperCase()}=…`]
      }
      // A part of a value whose quote was not closed, or behind white space that Node takes for a part of the name.
      return name in read
        ? []
        : [`${where}: sets nothing; close the quotes before it, and begin it with ${name}=`]
    })
}

/** `process.loadEnvFile` would not tell a file that may not be read from one that is not there. */
function read(): string {
  try {
    return readFileSync(FILE, 'utf8')
  } catch (err) {
    const code = codeOf(err)
    if (code === 'ENOENT') return ''
    throw new SettingsError([
      code === 'EISDIR'
        ? `${FILE}: is a folder; put the settings into a file of that name`
        : `${FILE}: cannot be read by this user (${code}); run this as its owner`,
    ])
  }
}
