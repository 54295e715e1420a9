import './base/relative_imports.ts'
import { keepCompiled } from './base/compiled.ts'

keepCompiled()
await import('./programs/gateway.ts')
