import '../base/import_resolution.ts'
import { keepCompiled } from '../base/compiled.ts'

keepCompiled()
const { outliveOutput } = await import('./standard_output.ts')
const { run } = await import('./run.ts')
outliveOutput()
process.exitCode = await run(process.argv.slice(2))
