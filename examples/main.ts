import { fileURLToPath } from 'node:url'
import { createEmulator } from 'oauth-machines/emulator'
import { createServer } from 'vite'
import { appInVite } from './backend/in-vite.ts'
import { proxyTo } from './proxy.ts'

const emulator = createEmulator({ tyro: { interval: 2 } })
const server = await createServer({
  configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)),
  clearScreen: false,
  plugins: [appInVite(emulator)],
  server: { host: '127.0.0.1', proxy: proxyTo(await emulator.listen()) },
})
await server.listen()
const origin = server.resolvedUrls?.local[0] ?? ''
const paths = ['react/', 'react/login/', 'vue/', 'svelte/', 'solid/', 'plain/', 'backend/']
const pages = paths.map((path) => `  ${origin}${path}`)

console.log(`
The examples run, on this machine only. The providers are emulated:

${pages.join('\n')}

They share one connection, as all pages of an origin do: open two of them. Ctrl-C ends it.
`)

async function end(): Promise<void> {
  await server.close()
  await emulator.close()
}

process.once('SIGINT', end).once('SIGTERM', end)
