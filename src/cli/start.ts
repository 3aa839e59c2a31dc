import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { systemPaths } from './system-paths.ts'

// Compiled once, it starts in a fraction of the time. Not where others may write, and not while it is being worked on.
if (import.meta.url.endsWith('.js')) enableCompileCache(join(systemPaths().cache, 'compiled'))

const { main } = await import('./run.ts')
await main(process.argv.slice(2))
