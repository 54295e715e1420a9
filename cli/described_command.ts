import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Field, fieldsOf, numberInWords, readNumber } from '../operator/descriptions/fields.ts'
import { descriptionOf } from '../operator/descriptions/index.ts'

/** A command of the list that the operator's page is made from, too, below its parent. @param words all of its name */
export function described(parent: Command, words: string): Command {
  const description = descriptionOf(words)
  const name = words.split(' ').at(-1) as string
  const command = parent.command(name).description(description.what)
  for (const field of fieldsOf(description)) {
    if (field.elsewhere === 'options') continue
    if (field.elsewhere === 'file') command.argument('<file>', field.about)
    else if (field.flags === undefined) command.argument(placeOf(field), field.about)
    else addOption(command, field, field.flags)
  }
  if (description.asks) command.option('--yes', 'do not ask')
  return command
}

function placeOf({ name, kind, isRequired }: Field): string {
  if (kind === 'list') return `[${name}...]`
  return isRequired ? `<${name}>` : `[${name}]`
}

function addOption(command: Command, field: Field, flags: string): void {
  const option = optionOf(field, flags)
  command.addOption(option)
  if (!field.mayBeNone) return
  // Commander keeps '' in place of the null that was read.
  command.on(`option:${option.name()}`, (given: string) => {
    if (readNumber(field, given) === null) command.setOptionValue(option.attributeName(), null)
  })
}

function optionOf(field: Field, flags: string): Option {
  const option = new Option(flags, field.about)
  if (field.kind === 'choice') option.choices(field.choices)
  if (field.kind === 'number') {
    option.argParser((given) => {
      const number = readNumber(field, given)
      if (number !== undefined) return number
      throw new InvalidArgumentError(`It must be ${numberInWords(field)}.`)
    })
  }
  if (field.usual !== null && field.kind !== 'choice') option.default(field.usual)
  if (field.isRequired && field.elsewhere === undefined) option.makeOptionMandatory()
  return option
}
