import { useMemo } from 'preact/hooks'
import type { Connection } from '../state/connections.ts'
import { collectedIn, isHeard, isPast, type State, stepAt, stepsOf } from '../state/store.ts'
import { timeOf } from '../words/durations.ts'
import { Icon, type IconName } from './icons.tsx'
import { usePage } from './page.ts'

interface DockProps {
  readonly state: State
  readonly shown: readonly Connection[]
  /** When the observation that the page stands at was made, in Unix milliseconds; `undefined` where there is none. */
  readonly moment: number | undefined
}

/** Time travel: pause, steps, a slider, and back to the present. */
export function Dock({ state, shown, moment }: DockProps) {
  const { dispatch } = usePage()
  const collected = collectedIn(state)
  const keys = shown.map(({ key }) => key).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the keys tell which connections are shown
  const steps = useMemo(() => stepsOf(collected, shown), [collected, keys])
  const { position, isPlaying, recording } = state
  const at = stepAt(steps, position)
  const isLive = !isPast(state) && isHeard(state.link)
  const isStill = position !== undefined && !isPlaying
  return (
    <section class="dock" aria-label="Time travel">
      <div class="travel">
        <DockButton
          icon="back"
          label="Step back"
          keys="ArrowLeft"
          onClick={() => dispatch({ type: 'move', by: 'back' })}
        />
        <DockButton
          icon={isStill ? 'play' : 'pause'}
          label={isStill ? 'Play' : 'Pause'}
          keys="Space"
          onClick={() => dispatch({ type: isStill ? 'play' : 'pause' })}
        />
        <DockButton
          icon="forward"
          label="Step forward"
          keys="ArrowRight"
          onClick={() => dispatch({ type: 'move', by: 'forward' })}
        />
      </div>
      <input
        type="range"
        aria-label="Moment"
        min={0}
        max={Math.max(0, steps.length - 1)}
        value={Math.max(0, at)}
        disabled={steps.length < 2}
        aria-valuetext={`Step ${at + 1} of ${steps.length}${moment === undefined ? '' : `, ${timeOf(moment)}`}`}
        onInput={({ currentTarget }) => {
          const to = steps[Number(currentTarget.value)]
          if (to !== undefined) dispatch({ type: 'go', to })
        }}
      />
      <p class="where">
        <span>{`Step ${at + 1} of ${steps.length}`}</span>
        {moment !== undefined && <time>{timeOf(moment)}</time>}
      </p>
      {recording ? (
        <button type="button" class="button secondary" onClick={() => dispatch({ type: 'close' })}>
          Close the recording
        </button>
      ) : (
        <button
          type="button"
          class={`button live-button${isPast(state) ? ' primary' : ''}${isLive ? ' is-live' : ''}`}
          aria-pressed={isLive}
          onClick={() => dispatch({ type: 'live' })}
        >
          <span class="live-dot" />
          Live
        </button>
      )}
    </section>
  )
}

interface DockButtonProps {
  readonly icon: IconName
  readonly label: string
  /** As `aria-keyshortcuts` wants them. */
  readonly keys: string
  readonly onClick: () => void
}

function DockButton({ icon, label, keys, onClick }: DockButtonProps) {
  return (
    <button
      type="button"
      class="quiet square"
      aria-label={label}
      title={label}
      aria-keyshortcuts={keys}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  )
}
