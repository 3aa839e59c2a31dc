import { getRequestListener } from '@hono/node-server'
import { createClient, memoryVault, sumupPosPro } from 'oauth-machines'
import type { Emulator } from 'oauth-machines/emulator'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'
import { createApp } from './app.ts'

/** Answers for the app where the pages come from: they are of one origin, as behind a reverse proxy of yours. */
export function appInVite(emulator: Emulator): Plugin {
  function answerIn({ httpServer, middlewares }: ViteDevServer | PreviewServer): void {
    let listener: ReturnType<typeof getRequestListener> | undefined
    // The port, and with it the redirect URI, is not known before.
    httpServer?.once('listening', () => {
      const address = httpServer.address()
      if (typeof address !== 'object' || address === null) return
      const { app, stop } = appAt(`http://127.0.0.1:${address.port}`, emulator)
      listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
      httpServer.once('close', () => void stop().catch(console.error))
    })
    middlewares.use((request, response, next) => {
      if (!listener || !/^\/(oauth\/|store$)/.test(request.url ?? '')) return next()
      listener(request, response).catch(next)
    })
  }

  return { name: 'the app of the backend example', configureServer: answerIn, configurePreviewServer: answerIn }
}

function appAt(origin: string, emulator: Emulator) {
  // In earnest: `sumupPosPro` as it is, the secret of your app's configuration, a `fileVault()`, and no `allowLoopbackHttp`.
  const provider = emulator.provider(sumupPosPro)
  const registration = { clientId: 'the-app', clientSecret: 'invented', redirectUri: `${origin}/oauth/callback` }
  return createApp(createClient(provider, registration, { vault: memoryVault(), allowLoopbackHttp: true }), origin)
}
