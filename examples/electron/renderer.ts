import type { View } from 'oauth-machines/view'
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
// Listened to before anything is asked, so that nothing is missed; what comes before the answer is at least as new.
let latest: View | undefined
let draw = (view: View) => {
  latest = view
}
onView((view) => draw(view))
const { name, provider, view } = await open()
draw = createScreen(rootElement(), { name, provider, send: press })
draw(latest ?? view)
