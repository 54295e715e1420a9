import '../base/process/import_resolution.ts'
import { keepCompiled } from '../base/process/compiled.ts'

keepCompiled()
const { outliveOutput, written } = await import('./terminal/standard_output.ts')
const { run } = await import('./run.ts')
outliveOutput()
const exitCode = await run(process.argv.slice(2))
await written()
// What a library keeps open, such as a connection to an engine, must not keep a command that is done.
process.exit(exitCode)
