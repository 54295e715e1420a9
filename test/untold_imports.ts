// Once in a process. Who has suites run again as files change needs what vitest is told.
if (!process.env.WORLD_WATCHED) await import('../lab/world/processes/untold_imports.ts')
