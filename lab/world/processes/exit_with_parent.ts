/**
 * Ends this process when the one that spawned it is gone, however it went. Meant
 * for `node --import` in children that were given an IPC channel.
 *
 * By a signal: on its way out by `process.exit`, a logger would try for ever to
 * write what is left to a pipe without a reader.
 */
const end = () => process.kill(process.pid, 'SIGKILL')

process.on('disconnect', end)
// The parent may have gone before this was loaded.
if (!process.connected) end()
process.channel?.unref()
