import type { Action, Move } from '../state/store.ts'

/** What a key asks for: an action, or help. */
export type Asked = Action | { readonly type: 'help' }

/** The parts of a keyboard event that count. */
export type Press = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>

/** What the keys do, for the page that tells it. */
export const keys: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Space'], 'pause, and play on'],
  [['←', '→'], 'one step back or forward'],
  [['Home', 'End'], 'the beginning, and live'],
  [['1', '…', '9'], 'choose a connection'],
  [['Shift', '1', '…', '9'], 'show it beside the others, or hide it'],
  [['?'], 'these keys'],
]

const moves: ReadonlyMap<string, Move> = new Map([
  ['ArrowLeft', 'back'],
  ['ArrowRight', 'forward'],
  ['Home', 'first'],
  ['End', 'last'],
])

/** Understands a key. `undefined` where it means nothing here. */
export function askedBy({ key, code, shiftKey, ctrlKey, altKey, metaKey }: Press): Asked | undefined {
  if (ctrlKey || altKey || metaKey) return undefined
  if (key === '?') return { type: 'help' }
  const place = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1]
  if (place) return { type: 'number', place: Number(place) - 1, beside: shiftKey }
  if (shiftKey) return undefined
  if (key === ' ') return { type: 'toggle' }
  const by = moves.get(key)
  return by && { type: 'move', by }
}

/** Whether an element wants this key for itself. */
export function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false
  if (target.closest('dialog[open], textarea, input:not([type=range])')) return true
  if (target.closest('input[type=range]')) return key.startsWith('Arrow') || key === 'Home' || key === 'End'
  return key === ' ' && target.closest('button, a, summary') !== null
}
