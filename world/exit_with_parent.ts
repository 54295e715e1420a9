/**
 * Ends this process when the one that spawned it is gone, however it went. Meant
 * for `node --import` in children that were given an IPC channel.
 */
process.on('disconnect', () => process.exit(1))
// It may have gone before this was loaded.
if (!process.connected) process.exit(1)
process.channel?.unref()
