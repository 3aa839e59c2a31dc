import { render as renderScreen } from 'svelte/server'
import { provider } from '../shared/client.ts'
import { unstarted } from '../shared/unstarted.ts'
import ConnectScreen from './ConnectScreen.svelte'

/** The screen as HTML, to stand in the element that it is mounted on. */
export const render = async () =>
  renderScreen(ConnectScreen, { props: { connection: unstarted(), provider: provider.name } })
