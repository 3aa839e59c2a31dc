import type { Button, View } from 'oauth-machines/view'
import { keepFocus } from '../shared/keep-focus.ts'
import { clock, press, qrPath, waitingSeconds } from '../shared/screen.ts'
import { create, setAttribute, setText } from './elements.ts'

/** Holds nothing from elsewhere: whatever comes is set as text. */
const skeleton = `
  <main class="connect" tabindex="-1" aria-label="Connect your terminal">
    <h1>Connect your terminal</h1>
    <p class="which"><b data-name></b> to <b data-provider></b></p>
    <div role="status">
      <h2></h2>
      <p class="failure"><b></b> <span></span></p>
      <p class="instruction"></p>
      <p class="code"><span class="unseen"></span><span aria-hidden="true"></span></p>
    </div>
    <figure><svg aria-hidden="true"><path /></svg><figcaption></figcaption></figure>
    <a class="link" rel="noreferrer"></a>
    <p class="left">Time left <span role="timer"></span></p>
    <p class="why"><span data-why></span> <span data-next></span></p>
    <div class="buttons"></div>
    <details class="support"><summary>For support</summary><p></p><div></div></details>
  </main>`

interface Shown {
  readonly name: string
  readonly provider: string
  readonly send: (event: Button['event']) => unknown
}

/** Puts the screen into an element, and returns what draws a view into it. Nothing is touched that stays the same. */
export function createScreen(root: Element, { name, provider, send }: Shown): (view: View) => void {
  root.innerHTML = skeleton
  for (const screen of root.querySelectorAll('main')) keepFocus(screen)
  const buttons = new Map<string, HTMLButtonElement>()
  const find = (selector: string): Element => root.querySelector(selector) ?? root
  write('[data-name]', name)
  write('[data-provider]', provider)
  return (view) => {
    const { failure, userCode, qr, link, waiting } = view
    set('main', 'data-tone', view.tone)
    write('h2', view.title)
    write('.failure b', failure?.text, '.failure')
    write('.failure span', failure?.remedy)
    write('.instruction', view.instruction)
    write('.code .unseen', userCode?.spelled, '.code')
    writeGroups(userCode?.groups ?? [])
    write('figcaption', qr && view.qrLabel, 'figure')
    set('svg', 'viewBox', qr && `0 0 ${qr.length} ${qr.length}`)
    set('svg path', 'd', qr && qrPath(qr))
    write('.link', link?.label)
    set('.link', 'href', link?.url)
    set('.link', 'target', userCode && '_blank')
    write('[role=timer]', clock(view.secondsLeft), '.left')
    write('[data-why]', waiting?.why, '.why')
    write('[data-next]', clock(waitingSeconds(view)))
    write('.support p', failure?.message)
    offer(view.buttons)
  }

  /** What has no text is hidden. */
  function write(selector: string, text: string | undefined, place = selector): void {
    setText(find(selector), text ?? '')
    find(place).toggleAttribute('hidden', text === undefined)
  }

  function set(selector: string, attribute: string, value: string | undefined): void {
    setAttribute(find(selector), attribute, value)
  }

  /** Nothing stands between the groups, so that a copy of them is the code. */
  function writeGroups(groups: readonly string[]): void {
    const code = find('.code [aria-hidden]')
    if (code.textContent !== groups.join('')) code.replaceChildren(...groups.map((group) => create('span', group)))
  }

  /** Each event has one button for good, so that whoever is about to press it does not find another one there. */
  function offer(offered: readonly Button[]): void {
    for (const [event, element] of buttons)
      element.toggleAttribute('hidden', !offered.some((button) => button.event === event))
    for (const [index, button] of offered.entries()) {
      const element = buttons.get(button.event) ?? addButton(button, offered.slice(index))
      setText(element, button.label)
      setAttribute(element, 'class', button.kind)
      element.onclick = (click) => press(click, button, send)
    }
  }

  /** Where the order of those that are offered wants it. */
  function addButton({ event, audience, label }: Button, later: readonly Button[]): HTMLButtonElement {
    const next = later.find((button) => button.audience === audience && buttons.has(button.event))
    const element = Object.assign(create('button', label), { type: 'button' })
    const place = find(audience === 'merchant' ? '.buttons' : '.support div')
    place.insertBefore(element, (next && buttons.get(next.event)) ?? null)
    buttons.set(event, element)
    return element
  }
}
