import { keepCompiled } from '../base/compiled.ts'

keepCompiled()
await import('./run.ts')
