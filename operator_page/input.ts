import { type Field, numberInWords, readNumber } from '../operator/descriptions/fields.ts'
import { randomPassword } from '../passwords/random_password.ts'
import { wordsOf } from './result.ts'

/** What was filled in, for the command; or which field is wrong, and why. */
export type ReadInput =
  | { input: Record<string, unknown>; generated: string | null }
  | { mistake: string; field: string }

/** The fields of a form as a command takes them; what is blank is left out. */
export function readInput(fields: readonly Field[], filled: (name: string) => string): ReadInput {
  const input: Record<string, unknown> = {}
  let generated: string | null = null
  for (const field of fields) {
    const { name } = field
    const typed = filled(name)
    // Spaces around a password are some of it.
    const given = field.elsewhere === 'secret' ? typed : typed.trim()
    if (given === '' && isGenerated(field)) {
      generated = randomPassword()
      input[name] = generated
    } else if (given === '' && field.isRequired) {
      return { mistake: `Fill in ${wordsOf(name)}.`, field: name }
    } else if (given !== '') {
      const value = readField(field, given)
      if (value === undefined) {
        return { mistake: `${wordsOf(name)} ${mistakeIn(field)}.`, field: name }
      }
      input[name] = value
    }
  }
  return { input, generated }
}

/** A password for somebody else, where none is given. */
export const isGenerated = ({ name, elsewhere }: Field): boolean =>
  elsewhere === 'secret' && name === 'password'

const mistakeIn = (field: Field) =>
  field.kind === 'number' ? `must be ${numberInWords(field)}` : 'is not as it must be'

/** @returns undefined where it is none */
function readField(field: Field, given: string): unknown {
  switch (field.kind) {
    case 'number':
      return readNumber(field, given)
    case 'switch':
      return true
    case 'choice':
      return field.choices.includes(given) ? given : undefined
    case 'list':
      return given.split(/\s+/)
    case 'json':
      return parsed(given)
    default:
      return given
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
