import { z } from 'zod'
import { inputs } from '../inputs/index.ts'
import type { Argument, Description } from './description.ts'

/** How a member of an input is given. */
type FieldKind = 'text' | 'number' | 'switch' | 'choice' | 'list' | 'json'

/** A member of a command's input, with what its schema says of it. */
export type Field = Argument & {
  name: string
  kind: FieldKind
  isRequired: boolean
  /** A number that may be `none`, which is null. */
  mayBeNone: boolean
  /** Of a number. */
  range: { least: number; most: number }
  choices: readonly string[]
  /** Null where there is none. */
  usual: string | number | null
}

type Schema = {
  type?: string
  enum?: string[]
  const?: string
  anyOf?: Schema[]
  default?: unknown
  minimum?: number
  maximum?: number
  properties?: Record<string, Schema>
  required?: string[]
}

const schemaOf = (command: Description['command']): Schema =>
  z.toJSONSchema(inputs[command], { io: 'input', unrepresentable: 'any' }) as Schema

/** Where a page of a list begins, as a link has it: the number of an entry, or a text, which may be of digits. */
export function readPlace(
  command: Description['command'],
  pagedBy: string,
  given: string,
): string | number {
  return schemaOf(command).properties?.[pagedBy]?.type === 'integer' ? Number(given) : given
}

/** What people give to a command, in its order. */
export function fieldsOf({ command, takes }: Description): Field[] {
  const { properties = {}, required = [] } = schemaOf(command)
  return Object.entries(takes).map(([name, argument]) => {
    const schema = properties[name] ?? {}
    const given = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema
    const mayBeNull = schema.anyOf?.some(({ type }) => type === 'null') ?? false
    const kind = kindOf(given)
    const usual = schema.default
    return {
      ...{ ...argument, name, kind, choices: choicesOf(given) },
      isRequired: required.includes(name),
      mayBeNone: kind === 'number' && mayBeNull,
      range: { least: given.minimum ?? 0, most: given.maximum ?? Number.MAX_SAFE_INTEGER },
      usual: typeof usual === 'string' || typeof usual === 'number' ? usual : null,
    }
  })
}

/** A number of a field, as it is typed. @returns undefined where it is none that the command takes */
export function readNumber({ mayBeNone, range }: Field, typed: string): number | null | undefined {
  if (mayBeNone && typed === 'none') return null
  const number = /^\d{1,15}$/.test(typed) ? Number(typed) : Number.NaN
  return number >= range.least && number <= range.most ? number : undefined
}

/** What a number of a field is, for who typed another one. */
export function numberInWords({ mayBeNone, range: { least, most } }: Field): string {
  const range =
    most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`
  return `a whole number${range}${mayBeNone ? ', or none' : ''}`
}

function choicesOf({ enum: several, const: one }: Schema): string[] {
  return several ?? (one === undefined ? [] : [one])
}

function kindOf(schema: Schema): FieldKind {
  const { type } = schema
  if (choicesOf(schema).length > 0) return 'choice'
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'boolean') return 'switch'
  if (type === 'array') return 'list'
  return type === 'object' ? 'json' : 'text'
}
