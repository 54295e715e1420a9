import './base/process/import_resolution.ts'
import { keepCompiled } from './base/process/compiled.ts'

keepCompiled()
await import('./programs/runner.ts')
