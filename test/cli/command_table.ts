import type { Command } from 'commander'

/** The commands as a Markdown table, as `docs/cli.md` has it. */
export function commandTable(program: Command): string {
  return ['| command | what it does | options |', '| --- | --- | --- |', ...rows(program, '')].join(
    '\n',
  )
}

function rows(command: Command, prefix: string): string[] {
  if (command.commands.length > 0) {
    const shown = command.createHelp().visibleCommands(command)
    return command.commands
      .filter((sub) => shown.includes(sub))
      .flatMap((sub) => rows(sub, `${prefix} ${sub.name()}`))
  }
  const args = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${name}>` : `[${name}]`
  })
  const options = command.options.map(({ flags, description }) => `\`${flags}\`: ${description}`)
  const cells = [
    `\`${[prefix.trim(), ...args].join(' ')}\``,
    command.description(),
    options.join('<br>'),
  ]
  return [`| ${cells.join(' | ')} |`]
}
