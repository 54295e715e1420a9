import { resolve } from 'node:path'
import type { Command } from 'commander'
import { offline } from '../action.ts'
import { described } from '../described_command.ts'

export function addDoctorCommand(program: Command): void {
  described(program, 'doctor')
    .option('--data [dir]', 'check the databases instead: these, or those of the settings')
    .action(
      offline<{ data?: string | true }>(async (output, _args, { data }) => {
        const { examine, examineData, examineOwnData } = await import('../doctor/examine.ts')
        if (data === undefined) return examine(output)
        return data === true ? examineOwnData(output) : examineData(resolve(data), {}, output)
      }),
    )
}
