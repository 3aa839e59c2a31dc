/** @jsxImportSource react */
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { provider } from '../shared/client.ts'
import { unstarted } from '../shared/unstarted.ts'
import { ConnectScreen } from './connect-screen.tsx'

/** The screen as HTML, to stand in the element that it is mounted on. */
export const render = async () => ({
  head: '',
  body: renderToString(
    <StrictMode>
      <ConnectScreen connection={unstarted()} provider={provider.name} />
    </StrictMode>,
  ),
})
