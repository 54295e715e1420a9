import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 count what is outside of its heap, such as the bytes of buffers, as part of the heap. By itself it goes
 * through the whole heap after each 64 MB of that. To be called once the program is loaded: as a flag of Node.js
 * it would have Node compile its own modules anew at each start (docs/decisions.md).
 */
export function countExternalMemory(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit')
}
