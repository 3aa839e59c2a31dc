/** @jsxImportSource solid-js */
import { generateHydrationScript, renderToString } from 'solid-js/web'
import { provider } from '../shared/client.ts'
import { unstarted } from '../shared/unstarted.ts'
import { ConnectScreen } from './connect-screen.tsx'

/** The screen as HTML, to stand in the element that it is mounted on, and what the document's head needs for it. */
export const render = async () => ({
  head: generateHydrationScript(),
  body: renderToString(() => <ConnectScreen connection={unstarted()} provider={provider.name} />),
})
