import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { provider } from '../shared/client.ts'
import { unstarted } from '../shared/unstarted.ts'
import ConnectScreen from './ConnectScreen.vue'

/** The screen as HTML, to stand in the element that it is mounted on. */
export const render = async () => ({
  head: '',
  body: await renderToString(createSSRApp(ConnectScreen, { connection: unstarted(), provider: provider.name })),
})
