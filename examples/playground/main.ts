import { createInterface } from 'node:readline'
import { startPlayground } from './playground.ts'

const playground = await startPlayground()

console.log(`
The playground runs, on this machine only. Open it in a browser:

  ${playground.link}

It opens once; press Enter for another link.

Choose a connection and press Connect. Be the merchant on the page that its link leads to: it is
emulated, and so is all the rest. Then let something go wrong, and watch.

Ctrl-C ends it.
`)

const lines = createInterface({ input: process.stdin })
lines.on('line', () => console.log(`  ${playground.newLink()}`))

async function end(): Promise<void> {
  lines.close()
  console.log('\nThe playground closes.')
  await playground.close()
}

// Once: whoever presses it again does not want to wait.
process.once('SIGINT', end).once('SIGTERM', end)
