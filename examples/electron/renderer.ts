import { createScreen } from '../plain/connect-screen.ts'
import { rootElement } from '../shared/root.ts'
import type { Bridge } from './contract.ts'

declare global {
  interface Window {
    readonly terminal: Bridge
  }
}

// Any of the other screens would do as well: give it the view that comes, and `press` for its buttons.
const { open, onView, press } = window.terminal
const { name, provider, view } = await open()
const draw = createScreen(rootElement(), { name, provider, send: press })
draw(view)
onView(draw)
