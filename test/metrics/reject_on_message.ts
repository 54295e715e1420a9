/** Loaded into the program before it starts: each message leaves a rejection unhandled. */
process.on('message', () => void Promise.reject(new Error('Nothing waits for this')))
process.channel?.unref()
