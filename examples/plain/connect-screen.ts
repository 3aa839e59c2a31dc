import { type Button, countdown, type View } from 'oauth-machines/view'
import { press, qrPath, waitingSeconds } from '../shared/screen.ts'

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

/** Puts the screen into an element, and returns what draws a view into it. */
export function createScreen(root: Element, { name, provider, send }: Shown): (view: View) => void {
  root.innerHTML = skeleton
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
    write('.code [aria-hidden]', userCode?.groups.join(' '))
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

  /** Nothing is touched that stays the same, so that nothing is announced twice. What has no text is hidden. */
  function write(selector: string, text: string | undefined, place = selector): void {
    const element = find(selector)
    if (element.textContent !== (text ?? '')) element.textContent = text ?? ''
    find(place).toggleAttribute('hidden', text === undefined)
  }

  function set(selector: string, attribute: string, value: string | undefined): void {
    if (value === undefined) find(selector).removeAttribute(attribute)
    else find(selector).setAttribute(attribute, value)
  }

  /** Each event has one button for good, so that whoever is about to press it does not find another one there. */
  function offer(offered: readonly Button[]): void {
    for (const [event, element] of buttons) element.hidden = !offered.some((button) => button.event === event)
    for (const button of offered) {
      const element = buttons.get(button.event) ?? document.createElement('button')
      if (!buttons.has(button.event)) find(button.audience === 'merchant' ? '.buttons' : '.support div').append(element)
      buttons.set(button.event, element)
      Object.assign(element, { type: 'button', className: button.kind, textContent: button.label })
      element.onclick = (click) => press(click, button, send)
    }
  }
}

function clock(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : countdown(seconds)
}
