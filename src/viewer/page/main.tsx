import { render } from 'preact'
import { parseRecording } from '../../inspect/recording.ts'
import { App } from './app.tsx'
import { loadPictures } from './parts/charts.ts'
import { openSocket, takeToken } from './socket.ts'
import type { Told } from './state/collected.ts'
import { type Action, begin, collectedIn, reduce } from './state/store.ts'

/** How often the countdowns are looked at, in milliseconds. */
const TICK = 250
/** How long a step of the past takes when it is played, in milliseconds. */
const PLAYED = 700
const CHOSEN = 'oauth-machines.chosen'

const place = document.querySelector('#page') ?? document.body
let state = begin(chosenBefore())
let waiting: Told[] = []
let isDue = false

/** However much happens, the page is drawn once a frame. */
function draw(): void {
  if (isDue) return
  isDue = true
  requestAnimationFrame(() => {
    isDue = false
    hear()
    render(<App page={page} state={state} clock={Date.now()} />, place)
  })
}

function hear(): void {
  const told = waiting
  waiting = []
  if (told.length > 0) state = reduce(state, { type: 'told', told })
}

function dispatch(action: Action): void {
  hear()
  const { chosen } = state
  state = reduce(state, action)
  if (state.chosen !== chosen) sessionStorage.setItem(CHOSEN, JSON.stringify(state.chosen))
  draw()
}

function chosenBefore(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(CHOSEN) ?? '[]')
    return Array.isArray(kept) ? kept.map(String) : []
  } catch {
    // Somebody else's value under this name: the choice is made anew.
    return []
  }
}

function open(file: File): void {
  file.text().then(
    (text) => {
      dispatch({ type: 'open', name: file.name, ...parseRecording(text) })
    },
    () => dispatch({ type: 'note', kind: 'trouble', text: `${file.name} could not be read.` }),
  )
}

const socket = openSocket({
  url: `ws://${location.host}/`,
  token: takeToken(location, history),
  storage: sessionStorage,
  onLink: (link) => queueMicrotask(() => dispatch({ type: 'link', link, at: Date.now() })),
  onWelcome() {
    loadPictures()
    dispatch({ type: 'welcome' })
  },
  onTold(told) {
    waiting.push(told)
    draw()
  },
})

// A link that is pasted into this tab changes no more than the fragment.
addEventListener('hashchange', () => {
  const token = takeToken(location, history)
  if (token !== undefined) socket.use(token)
})

const page = { dispatch, send: socket.send, retry: socket.retry, open }

setInterval(() => {
  // A page in the background draws nothing, and must not keep what it is told for later.
  if (document.hidden) hear()
  else draw()
}, TICK)

setInterval(() => {
  if (!state.isPlaying) return
  const { position = 0 } = state
  const isAtEnd = state.recording && position >= collectedIn(state).observations.length - 1
  dispatch(isAtEnd ? { type: 'pause' } : { type: 'move', by: 'forward' })
}, PLAYED)

draw()
