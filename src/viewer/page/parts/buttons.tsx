import { useEffect, useRef, useState } from 'preact/hooks'
import type { Wish } from '../../../inspect/messages.ts'
import type { Button } from '../../../view/index.ts'
import type { Look } from '../state/look.ts'
import { usePage } from './page.ts'

/** What can be asked of a connection now; what cannot be taken back is asked twice. */
export function Buttons({ look }: { look: Look }) {
  const { send } = usePage()
  const { view, story, connection } = look
  const [asked, ask] = useState<Wish>()
  const { host } = connection
  const refused = useRef<Wish>(undefined)
  const question = view.buttons.find(({ event }) => event === asked)
  if (view.buttons.length === 0) return null

  function press({ event }: Button): void {
    ask(undefined)
    // The host counts its actors by itself: what stands before the stroke is this page's.
    send({ type: 'send', host: host.id, actor: story.actor.slice(host.id.length + 1), event })
  }

  function refuse(): void {
    refused.current = asked
    ask(undefined)
  }

  /** Who has said no goes on where they were asked. */
  function goBack(button: HTMLButtonElement | null, event: Wish): void {
    if (!button || refused.current !== event) return
    refused.current = undefined
    button.focus()
  }

  if (question)
    return <Question button={question} onYes={() => press(question)} onNo={refuse} machine={story.machine} />
  return (
    <div class="buttons">
      {view.buttons.map((button) => (
        <button
          key={button.event}
          type="button"
          class={`button ${button.kind}`}
          title={button.event}
          ref={(element) => goBack(element, button.event)}
          onClick={() => (button.kind === 'danger' ? ask(button.event) : press(button))}
        >
          {button.label}
        </button>
      ))}
    </div>
  )
}

interface QuestionProps {
  readonly button: Button
  readonly machine: string
  readonly onYes: () => void
  readonly onNo: () => void
}

function Question({ button, machine, onYes, onNo }: QuestionProps) {
  const no = useRef<HTMLButtonElement>(null)
  // A second Enter must not be the answer.
  useEffect(() => no.current?.focus(), [])
  return (
    <fieldset class="buttons question">
      <legend>{questionOf(button.event, machine)}</legend>
      <button type="button" class="button danger" onClick={onYes}>
        Yes: {button.label.toLowerCase()}
      </button>
      <button type="button" class="button secondary" ref={no} onClick={onNo}>
        No
      </button>
    </fieldset>
  )
}

function questionOf(event: Wish, machine: string): string {
  if (event === 'token.revoke' && machine === 'clientCredentials')
    return 'The token ends at the provider; whoever asks for one next gets another.'
  return questions[event] ?? 'Really?'
}

const questions: Partial<Record<Wish, string>> = {
  'token.revoke': 'The session ends at the provider, and the merchant must connect again.',
  'token.forget': 'What is stored here is erased, and the provider is not told.',
}
