import './base/import_resolution.ts'
import { keepCompiled } from './base/compiled.ts'

keepCompiled()
await import('./programs/gateway.ts')
