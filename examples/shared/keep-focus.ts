/**
 * Gives a screen the focus when what had it goes away, as Cancel does when the login ends by itself: the keyboard goes on
 * from there, and not from the top of the page. Returns what ends it.
 */
export function keepFocus(screen: HTMLElement): () => void {
  let focused: Element | undefined
  screen.addEventListener('focusin', ({ target }) => {
    focused = target instanceof Element ? target : undefined
  })
  const forgetWhatWasLeft = () => {
    if (document.activeElement !== focused && focused?.checkVisibility()) focused = undefined
  }
  // Looked at a moment later: what goes away is not left, but some browsers say so.
  screen.addEventListener('focusout', () => queueMicrotask(forgetWhatWasLeft))
  const observer = new MutationObserver(() => {
    if (focused && !focused.checkVisibility()) screen.focus()
  })
  observer.observe(screen, { subtree: true, childList: true, attributeFilter: ['hidden'] })
  return () => observer.disconnect()
}
