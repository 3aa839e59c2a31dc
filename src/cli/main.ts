#!/usr/bin/env node
import { versions } from 'node:process'

// What stands above is linked before anything runs, by an older Node too: all else is imported by then.
const [major = 0, minor = 0] = versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`oauth-machines needs Node 22.12 or newer; this is ${versions.node}.`)
  process.exitCode = 1
} else await import('./start.ts')
