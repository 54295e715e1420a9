import type { StubOf } from '../stub_of.ts'
import type { directoryFunctions, partFunctions } from './index.ts'

export type DirectoryStub = StubOf<typeof directoryFunctions>
export type DirectoryPart = StubOf<typeof partFunctions>
